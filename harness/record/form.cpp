#include "harness/record/form.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/sha256.h"

namespace harness {

FieldDefect first_defect(std::initializer_list<FieldDefect> defects) {
  for (const auto& defect : defects) {
    if (!defect.key.empty()) return defect;
  }
  return {};
}

FieldDefect sha256_defect(const std::string& key, std::string_view text) {
  if (is_sha256(text)) return {};
  return {key, fmt::format("expected a sha256 of 64 lower-case hex digits, got \"{}\"", text)};
}

FieldDefect name_defect(const std::string& key, std::string_view text) {
  if (!text.empty()) return {};
  return {key, "expected a name, got an empty text"};
}

FieldDefect word_defect(const std::string& key, std::string_view text,
                        std::initializer_list<std::string_view> words) {
  if (std::ranges::find(words, text) != words.end()) return {};
  return {key, fmt::format("expected one of \"{}\", got \"{}\"", fmt::join(words, "\", \""), text)};
}

FieldDefect time_defect(const std::string& key, std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
  const bool is_time = std::ranges::equal(text, kForm, [](char found, char form) {
    return form == '0' ? std::isdigit(static_cast<unsigned char>(found)) != 0 : found == form;
  });
  if (is_time) return {};
  return {key, fmt::format("expected a time as 2026-11-24T05:30:50Z, got \"{}\"", text)};
}

}  // namespace harness
