#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

/// Headers of tar archives written by hand, for tests.
namespace harness::tar_text {

inline constexpr std::size_t kChecksum = 148;

/// Puts the checksum into a header of 512 bytes.
inline std::string sealed(std::string header) {
  header.resize(512, '\0');
  header.replace(kChecksum, 8, 8, ' ');
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<std::uint8_t>(c);
  return header.replace(kChecksum, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
}

/// mark: "ustar", or "" for the older form, which has none.
inline std::string header(std::string_view name, std::string_view mark) {
  std::string header(name);
  header.resize(512, '\0');
  header.replace(257, mark.size(), mark);
  return sealed(header);
}

}  // namespace harness::tar_text
