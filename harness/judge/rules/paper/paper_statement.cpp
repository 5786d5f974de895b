#include "harness/judge/rules/paper/paper_statement.h"

#include <cmath>
#include <utility>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"

namespace harness {

double must(const Json& value, std::initializer_list<std::string_view> path) {
  return number_at(value, path).value_or(std::nan(""));
}

Finding with_bound(Finding finding, const char* key, double bound, const char* reason) {
  finding.tolerance = {{key, bound}, {"reason", reason}};
  return finding;
}

Finding no_number(const char* what) {
  return missing(std::string("expected ") + what + ", found none or no number");
}

std::string percent(double share) {
  return short_text(100.0 * share, 3) + " %";
}

}  // namespace harness
