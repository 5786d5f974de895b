#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace harness {

/// Walks over bytes from outside, never past their end. Numbers are little-endian.
class ByteCursor {
 public:
  /// subject: the file, for messages. origin: where `bytes` begins in that file.
  ByteCursor(std::span<const std::byte> bytes, std::string_view subject, std::size_t origin = 0)
      : bytes_(bytes), subject_(subject), origin_(origin) {}

  std::size_t position() const noexcept { return position_; }
  std::size_t remaining() const noexcept { return bytes_.size() - position_; }
  /// Position in the file.
  std::size_t file_position() const noexcept { return origin_ + position_; }

  /// Each of these throws Error(kInvalidFile) with the place and what is missing when fewer bytes
  /// are left than asked for.
  std::span<const std::byte> take(std::uint64_t count);
  std::string_view take_text(std::uint64_t count);
  /// Up to the next line feed, which is passed over and not returned.
  std::string_view take_line();

  template <typename Number>
  Number take_number() {
    Number value;
    std::memcpy(&value, take(sizeof(Number)).data(), sizeof(Number));
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  std::string subject_;
  std::size_t origin_;
  std::size_t position_ = 0;
};

}  // namespace harness
