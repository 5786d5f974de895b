#include "harness/audit/shared_checkpoint_rules.h"

#include <cmath>
#include <string>

#include <fmt/format.h>

#include "harness/audit/statement.h"

namespace harness {
namespace {

/// What an evaluation was made on: equal weights give another mIoU on other images.
bool on_same_data(const Claim& a, const Claim& b) {
  for (const char* key : {"test_dataset", "test_split"}) {
    if (a.conditions.value(key, Json()) != b.conditions.value(key, Json())) return false;
  }
  return true;
}

bool differ(const Claim& a, const Claim& b) {
  constexpr double kBinaryNoise = 1e-9;
  return a.value.is_number() && b.value.is_number() &&
         std::fabs(a.value.get<double>() - b.value.get<double>()) >
             a.rounding() + b.rounding() + kBinaryNoise;
}

Quote quote_of(const Row& row, const Claim& claim) {
  return {fmt::format("{} {} {}", row.id, claim.id,
                      value_text(claim.value, claim.rounding(), claim.unit)),
          claim.source.file,
          claim.source.line,
          claim.source.column,
          "",
          "",
          ""};
}

void compare(const Row& a, const Row& b, std::vector<Contradiction>& found) {
  for (const char* id : {"miou", "miou_ms_flip"}) {
    const Claim* const one = a.find_claim(id);
    const Claim* const other = b.find_claim(id);
    if (one == nullptr || other == nullptr || !on_same_data(*one, *other) ||
        !differ(*one, *other)) {
      continue;
    }
    found.push_back(
        {"shared",
         {a.id, b.id},
         id,
         fmt::format("{}: {} against {} for one checkpoint, {}", id,
                     value_text(one->value, one->rounding(), one->unit),
                     value_text(other->value, other->rounding(), other->unit), a.checkpoint),
         "one set of weights has one mIoU on one set of images: one of the two rows "
         "has the other's link or number",
         {quote_of(a, *one), quote_of(b, *other)}});
  }
}

}  // namespace

std::vector<Contradiction> audit_shared_checkpoints(const Suite& suite) {
  std::vector<Contradiction> found;
  for (std::size_t i = 0; i < suite.rows.size(); ++i) {
    for (std::size_t j = i + 1; j < suite.rows.size(); ++j) {
      const Row& a = suite.rows[i];
      const Row& b = suite.rows[j];
      if (a.checkpoint.empty() || a.checkpoint != b.checkpoint || a.policy() != b.policy())
        continue;
      compare(a, b, found);
    }
  }
  return found;
}

}  // namespace harness
