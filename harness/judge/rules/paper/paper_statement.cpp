#include "harness/judge/rules/paper/paper_statement.h"

#include <utility>

#include <fmt/format.h>

#include "harness/base/number_text.h"

namespace harness {

Finding with_bound(Finding finding, const char* key, double bound, const char* reason) {
  finding.tolerance = {{key, bound}, {"reason", reason}};
  return finding;
}

Finding no_number(const char* what) {
  return fail_unmeasured(fmt::format("expected {}, found none or no number", what));
}

std::string percent(double share) {
  return short_text(100.0 * share, 3) + " %";
}

}  // namespace harness
