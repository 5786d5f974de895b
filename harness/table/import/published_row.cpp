#include "harness/table/import/published_row.h"

#include <cmath>

#include "harness/base/hash_in_name.h"
#include "harness/table/import/link.h"

namespace harness {

std::string PublishedPage::name_in_suite() const {
  return relative_to(path, suite_folder);
}

std::string PublishedPage::at(std::int64_t line) const {
  return path.string().append(":").append(std::to_string(line));
}

PublishedFact fact_of(const PrintedNumber& number, Source source) {
  return {.value = number.value,
          .digits = number.digits,
          .rounding = 0.5 * std::pow(10.0, -number.digits),
          .source = std::move(source)};
}

std::string size_text(std::pair<std::int64_t, std::int64_t> size) {
  return std::to_string(size.first).append("x").append(std::to_string(size.second));
}

PublishedFact hash_fact(const std::string& checkpoint, Source source) {
  const std::string hash = hash_in_name(file_name_of(checkpoint));
  return {.value = hash.empty() ? Json(nullptr) : Json(hash), .source = std::move(source)};
}

}  // namespace harness
