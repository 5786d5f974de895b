#include "harness/base/tar_header.h"

#include <cstdint>
#include <optional>

namespace harness {
namespace {

constexpr std::size_t kHeader = 512;
constexpr std::size_t kChecksum = 148;
constexpr std::size_t kChecksumSize = 8;

bool is_space(unsigned char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);  // As Python's strip().
}

/// Octal digits up to a NUL, or a binary number behind a byte of 128 or 255. What Python's int()
/// allows beside digits (signs, "0o", "_") is passed over: with a right sum it is a header too.
std::optional<std::int64_t> number_in(std::span<const std::byte> field) {
  const auto first = std::to_integer<unsigned char>(field[0]);
  const bool is_binary = first == 0x80 || first == 0xff;
  std::uint64_t number = 0;
  bool is_negative = is_binary && first == 0xff;
  for (const std::byte byte : field.subspan(is_binary ? 1 : 0)) {
    const auto c = std::to_integer<unsigned char>(byte);
    if (is_binary) {
      number = number << 8 | c;
    } else if (c == '\0') {
      break;
    } else if (c >= '0' && c <= '7') {
      number = number << 3 | static_cast<std::uint64_t>(c - '0');
    } else if (c == '-') {
      is_negative = true;
    } else if (!is_space(c) && c != '+' && c != '_' && c != 'o' && c != 'O') {
      return std::nullopt;
    }
  }
  constexpr std::int64_t kLowest = std::int64_t{1} << 56;
  const auto value = static_cast<std::int64_t>(number);
  if (!is_negative) return value;
  return is_binary ? value - kLowest : -value;
}

}  // namespace

bool starts_with_tar_header(std::span<const std::byte> bytes) noexcept {
  if (bytes.size() < kHeader) return false;
  const auto stated = number_in(bytes.subspan(kChecksum, kChecksumSize));
  // The field itself counts as spaces; old programs summed signed bytes.
  std::int64_t sum = std::int64_t{kChecksumSize} * ' ';
  std::int64_t signed_sum = sum;
  for (std::size_t at = 0; at < kHeader; ++at) {
    if (at >= kChecksum && at < kChecksum + kChecksumSize) continue;
    sum += std::to_integer<std::uint8_t>(bytes[at]);
    signed_sum += static_cast<std::int8_t>(bytes[at]);
  }
  return stated == sum || stated == signed_sum;
}

}  // namespace harness
