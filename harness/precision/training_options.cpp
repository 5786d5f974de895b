#include "harness/precision/training_options.h"

#include <string>

#include "harness/base/error.h"

namespace harness {
namespace {

[[noreturn]] void refuse(const TrainingOptions& options, std::string_view reason) {
  throw Error(ErrorCode::kUsage,
              std::string(to_string(options.policy))
                  .append(" with ")
                  .append(to_string(options.scaler.type)),
              reason);
}

void require_sensible_scaler(const TrainingOptions& options) {
  const auto type = options.scaler.type;
  if (type == ScalerType::kNone) return;
  switch (options.policy) {
    case Policy::kFp32:
    case Policy::kFp64:
      refuse(options,
             "expected the scaler none: gradients of this arithmetic do not vanish, and the source "
             "scales losses in its FP16 hook only");
    case Policy::kBf16Amp:
      refuse(options,
             "expected the scaler none: bfloat16 has the exponents of float, so that gradients do "
             "not vanish");
    case Policy::kFp16Master:
      if (type == ScalerType::kStatic || type == ScalerType::kMmcvDynamic) return;
      refuse(options,
             "expected none, static or mmcv-dynamic: GradScaler refuses to unscale half gradients");
    case Policy::kFp16Amp:
      return;
  }
}

void require_sensible_quirks(const TrainingOptions& options) {
  if (options.policy != Policy::kFp16Master) {
    if (!options.keep_masters) refuse(options, "only fp16-master can go without master weights");
    if (!names_of(options.quirks).empty()) {
      refuse(
          options,
          std::string("only fp16-master has the quirk ").append(names_of(options.quirks).front()));
    }
  }
  if (options.quirks.no_overflow_check && options.scaler.type != ScalerType::kStatic) {
    refuse(options,
           "no-overflow-check goes with the scaler static: dynamic scaling came together with the "
           "check (mmcv 1.2.0)");
  }
}

}  // namespace

ScalerOptions default_scaler(Policy policy) {
  if (policy == Policy::kFp16Master) return ScalerOptions::defaults(ScalerType::kStatic);
  if (policy == Policy::kFp16Amp) return ScalerOptions::defaults(ScalerType::kGradScalerPinned);
  return {};
}

bool skips_overflows(const TrainingOptions& options) noexcept {
  if (options.scaler.type == ScalerType::kNone) return false;
  return options.scaler.type != ScalerType::kStatic || !options.quirks.no_overflow_check;
}

void require_sensible(const TrainingOptions& options) {
  require_sensible_scaler(options);
  require_sensible_quirks(options);
}

}  // namespace harness
