#include "harness/fetch/response_head.h"

#include <charconv>
#include <ctime>

#include <curl/curl.h>

namespace harness {
namespace {

/// RFC 9110, 8.8.2.2 leaves the distance open; RFC 7232 said a minute, for clocks that disagree.
constexpr std::time_t kSafeAge = 60;

std::optional<std::uintmax_t> number(std::string_view text) {
  std::uintmax_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc() || stopped != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<ContentRange> parse_content_range(std::string_view text) {
  const auto dash = text.find('-');
  const auto slash = text.find('/');
  if (!text.starts_with("bytes ") || dash == text.npos || slash == text.npos || slash < dash) {
    return std::nullopt;
  }
  const auto offset = number(text.substr(6, dash - 6));
  if (!offset) return std::nullopt;
  return ContentRange{*offset, number(text.substr(slash + 1))};
}

std::string strong_validator(const std::string& entity_tag, const std::string& last_modified,
                             const std::string& date) {
  if (!entity_tag.empty() && !entity_tag.starts_with("W/")) return entity_tag;
  const std::time_t changed = curl_getdate(last_modified.c_str(), nullptr);
  const std::time_t sent = curl_getdate(date.c_str(), nullptr);
  if (changed < 0 || sent < 0 || sent - changed < kSafeAge) return "";
  return last_modified;
}

}  // namespace harness
