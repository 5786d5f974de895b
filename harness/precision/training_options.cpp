#include "harness/precision/training_options.h"

#include "harness/arithmetic/arithmetic.h"
#include "harness/base/error.h"

namespace harness {

bool skips_overflows(const TrainingOptions& options) noexcept {
  if (options.scaler.type == ScalerType::kNone) return false;
  return options.scaler.type != ScalerType::kStatic || !options.quirks.no_overflow_check;
}

void require_sensible(const TrainingOptions& options) {
  if (const auto objection = find_objection({options.policy, options.scaler, options.quirks})) {
    throw Error(ErrorCode::kUsage, objection->part, objection->reason);
  }
  if (!options.keep_masters && !facts(options.policy).has_masters()) {
    throw Error(ErrorCode::kUsage, to_string(options.policy),
                "expected a policy with master weights to train without them, got one that has "
                "none");
  }
}

}  // namespace harness
