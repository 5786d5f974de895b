#include "harness/checkpoint/byte_cursor.h"

#include <fmt/format.h>

#include "harness/base/error.h"

namespace harness {

std::span<const std::byte> ByteCursor::take(std::uint64_t count) {
  if (count > remaining()) {
    throw Error(ErrorCode::kInvalidFile, subject_,
                fmt::format("truncated: expected {} bytes at byte {}, got {}", count,
                            file_position(), remaining()));
  }
  const auto taken = bytes_.subspan(position_, static_cast<std::size_t>(count));
  position_ += taken.size();
  return taken;
}

std::string_view ByteCursor::take_text(std::uint64_t count) {
  const auto taken = take(count);
  return {reinterpret_cast<const char*>(taken.data()), taken.size()};
}

std::string_view ByteCursor::take_line() {
  const std::string_view rest(reinterpret_cast<const char*>(bytes_.data()) + position_,
                              remaining());
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) {
    throw Error(
        ErrorCode::kInvalidFile, subject_,
        fmt::format(
            "truncated: expected a line that begins at byte {} to end, got the end of the bytes",
            file_position()));
  }
  position_ += end + 1;
  return rest.substr(0, end);
}

}  // namespace harness
