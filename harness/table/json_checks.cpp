#include "harness/table/json_checks.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace harness {

std::string excerpt(std::string_view text) {
  constexpr std::size_t kShown = 80;
  if (text.size() <= kShown) return std::string(text);
  std::size_t end = kShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return fmt::format("{}...", text.substr(0, end));
}

std::string in_quotes(std::string_view text) {
  return fmt::format("\"{}\"", excerpt(text));
}

std::string excerpt_of(const Json& value) {
  return excerpt(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

bool is_name(std::string_view text) noexcept {
  constexpr std::size_t kMaxBytes = 200;
  if (text.empty() || text.size() > kMaxBytes || text[0] == '.' || text[0] == '-') return false;
  return std::none_of(text.begin(), text.end(), [](char c) {
    return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

void require_name(const ObjectReader& reader, std::string_view key, std::string_view text) {
  if (is_name(text)) return;
  reader.fail(key,
              "expected a name (1 to 200 bytes, no slash, backslash or control character, no dot "
              "or dash in front), got " +
                  in_quotes(text));
}

std::int64_t require_between(const ObjectReader& reader, std::string_view key, std::int64_t value,
                             std::int64_t low, std::int64_t high) {
  if (value < low || value > high) {
    reader.fail(key, fmt::format("expected an integer from {} to {}, got {}", low, high, value));
  }
  return value;
}

std::pair<std::int64_t, std::int64_t> pair_of_integers(const ObjectReader& reader,
                                                       std::string_view key, const Json& value,
                                                       std::int64_t high) {
  if (!value.is_array() || value.size() != 2 || !value[0].is_number_integer() ||
      !value[1].is_number_integer()) {
    reader.fail(key, "expected [height, width], two integers");
  }
  return {require_between(reader, key, value[0].get<std::int64_t>(), 1, high),
          require_between(reader, key, value[1].get<std::int64_t>(), 1, high)};
}

std::string require_one_of(const ObjectReader& reader, std::string_view key,
                           const std::string& text, const std::set<std::string>& known) {
  if (known.count(text) != 0) return text;
  std::string names;
  for (const auto& name : known) names += (names.empty() ? "" : ", ") + name;
  reader.fail(key, fmt::format("expected one of {}; got {}", names, in_quotes(text)));
}

std::string require_text(ObjectReader& reader, std::string_view key) {
  std::string text = reader.required_string(key);
  if (text.empty()) reader.fail(key, "expected a text, got an empty one");
  return text;
}

}  // namespace harness
