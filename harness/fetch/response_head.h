#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace harness {

/// "bytes 100-199/1000" (RFC 9110, 14.4).
struct ContentRange {
  std::uintmax_t offset = 0;
  std::optional<std::uintmax_t> total;  ///< Empty for "*".
};

/// Nothing for what is no range of bytes.
std::optional<ContentRange> parse_content_range(std::string_view text);

/// What If-Range may hold (RFC 9110, 13.1.5): a strong entity tag, else a date of change that is at
/// least a minute before the answer's own date, because such a date only says which second; "" when
/// there is neither.
std::string strong_validator(const std::string& entity_tag, const std::string& last_modified,
                             const std::string& date);

}  // namespace harness
