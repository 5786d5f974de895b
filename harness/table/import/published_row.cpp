#include "harness/table/import/published_row.h"

#include <cmath>

#include <fmt/format.h>

#include "harness/base/hash_in_name.h"
#include "harness/table/import/link.h"
#include "harness/table/json_checks.h"

namespace harness {

Json to_json(const UnreadCell& unread) {
  Json value = {{"cell", excerpt(unread.text)}, {"expected", unread.expected}};
  if (unread.impossible) value["impossible"] = true;
  value["file"] = unread.source.file;
  value["line"] = unread.source.line;
  if (!unread.source.column.empty()) value["column"] = unread.source.column;
  return value;
}

PublishedFact unread_fact(const UnreadCell& unread) {
  return {.source = unread.source, .conditions = {{"unread", to_json(unread)}}};
}

std::string PublishedPage::name_in_suite() const {
  return relative_to(path, suite_folder);
}

std::string PublishedPage::at(std::int64_t line) const {
  return fmt::format("{}:{}", path.string(), line);
}

PublishedFact fact_of(const PrintedNumber& number, Source source) {
  return {.value = number.value,
          .digits = number.digits,
          .rounding = 0.5 * std::pow(10.0, -number.digits),
          .source = std::move(source)};
}

std::string size_text(std::pair<std::int64_t, std::int64_t> size) {
  return fmt::format("{}x{}", size.first, size.second);
}

PublishedFact hash_fact(const std::string& checkpoint, Source source) {
  const std::string hash = hash_in_name(file_name_of(checkpoint));
  return {.value = hash.empty() ? Json(nullptr) : Json(hash), .source = std::move(source)};
}

}  // namespace harness
