#include "harness/judge/rules/evaluated/speed_claims.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/arithmetic/kernel_class.h"
#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/counts.h"
#include "harness/judge/evidence.h"
#include "harness/judge/hardware.h"
#include "harness/judge/number_claim.h"
#include "harness/judge/rules/evaluated/hardware_claims.h"
#include "harness/judge/rules/evaluated/row_model.h"
#include "harness/judge/rules/evaluated/speed_doubts.h"
#include "harness/judge/rules/evaluated/speed_pair.h"
#include "harness/judge/speed_consistency.h"
#include "harness/judge/statistics/tolerance.h"

namespace harness {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kFirstTensorCores = 7.0;  ///< Compute capability of Volta.

/// A verdict on times that something disturbed.
Finding undisturbed(Finding finding, const std::string& disturbed, double measured) {
  if (disturbed.empty() || !finding.compared) return finding;
  return ambiguous(fmt::format("{}; {}", disturbed, finding.reason), measured);
}

/// Images of the size that the row's speed was published for, where the claim names none.
const Json* resolution_of(const ClaimContext& context) {
  const Json* own = find_at(context.claim.conditions, {"resolution"});
  const Claim* fps = context.row.find_claim("fps");
  return own == nullptr && fps != nullptr ? find_at(fps->conditions, {"resolution"}) : own;
}

std::string unfit_size(const ClaimContext& context, const SpeedSetup& setup) {
  const Json* size = resolution_of(context);
  if (size == nullptr || *size == Json::array({setup.height, setup.width})) return "";
  return fmt::format("published for images of {} (height, width), these are of {} x {}",
                     size->dump(), setup.height, setup.width);
}

std::string unfit_layout(const SpeedSetup& setup) {
  if (setup.layout == "contiguous") return "";
  return fmt::format("published for contiguous tensors, these are {}", setup.layout);
}

std::string unfit_choice(const SpeedSetup& setup) {
  if (!setup.cudnn_benchmark) return "";
  return "cuDNN chose its algorithms by timing them, which the source's protocol does not";
}

/// It is not known what the source's images lay in: its loader pins by default from one version on.
/// Such a copy takes less of FP16's time than of FP32's, and so must not help a ratio.
std::string unfit_memory(const SpeedSetup& setup) {
  if (!setup.pinned) return "";
  return "these images lie in page-locked memory, of which the source says nothing";
}

/// Why times of this setup say nothing of what was published; "" when they do.
std::string unfit_setup(const ClaimContext& context, const SpeedSetup& setup) {
  const Json& conditions = context.claim.conditions;
  return first_of({unfit_work(conditions), unfit_computation(conditions, context.row),
                   unfit_size(context, setup), unfit_layout(setup), unfit_choice(setup),
                   unfit_memory(setup)});
}

/// Why a GPU's half tensor cores cannot be judged by this result; "" when they can.
std::string unfit_gpu(const RunResult& result) {
  const auto& gpu = result.environment.gpu;
  if (result.device != "cuda" || !gpu) {
    return fmt::format("said of a GPU, this is {}", hardware_of(result));
  }
  if (std::strtod(gpu->compute_capability.c_str(), nullptr) >= kFirstTensorCores) {
    return unnamed_driver(result);
  }
  return fmt::format(
      "said of half tensor cores, which the {} does not have (compute capability {})", gpu->name,
      gpu->compute_capability);
}

/// How much below the claim's value still counts as at least that much.
struct Floor {
  double value = kNan;
  double allowed = 0.0;
  Json tolerance;

  double least() const { return value - allowed; }
};

Floor floor_of(const Claim& claim) {
  const double rounding = claim.digits < 0 ? 0.0 : claim.rounding();
  const double value = claim.value.get<double>();
  const auto judgement = judge_number(value, value, claim.tolerance, rounding);
  return {value, judgement.allowed, tolerance_record(judgement, claim.tolerance, rounding)};
}

}  // namespace

Finding ambiguous(std::string reason, double measured) {
  Finding finding;
  finding.verdict = Verdict::kAmbiguous;
  finding.reason = std::move(reason);
  return with_measured(std::move(finding), measured);
}

RecordEvidence<SpeedRecord> find_speed(const ClaimContext& context, const std::string& precision) {
  auto evidence = find_record<SpeedRecord>(context, "speed", precision);
  if (evidence.absence) return evidence;
  std::string other = other_model(context.row, precision, *evidence.record);
  if (other.empty()) return evidence;
  return {nullptr, std::nullopt, fail_unmeasured(std::move(other))};
}

Finding judge_at_least(const Claim& claim, double measured, double low, double high,
                       const std::string& how) {
  if (!std::isfinite(measured) || !std::isfinite(low) || !std::isfinite(high)) {
    return fail_unmeasured("expected a number with an interval, measured none; " + how);
  }
  if (!claim.value.is_number()) return judge_without_number(claim, measured, how);
  const Floor floor = floor_of(claim);
  const std::string reason =
      fmt::format("expected {} or more, allowed {} below, found {}; {}", published_text(claim),
                  short_text(floor.allowed), short_text(measured), how);
  Finding finding = low < floor.least() && floor.least() <= high
                        ? ambiguous(reason, measured)
                        : pass_or_fail(low >= floor.least(), measured, reason);
  finding.tolerance = floor.tolerance;
  return finding;
}

std::string unfit_timing(const ClaimContext& context, const RunResult& result,
                         const SpeedSetup& setup) {
  if (context.claim.id == "fps") {
    return first_of(
        {unfit_hardware(context.claim.conditions, result), unfit_setup(context, setup)});
  }
  const bool is_ratio = context.claim.id == "fps.ratio";
  return first_of(
      {unfit_gpu(result), is_ratio ? unfit_setup(context, setup) : unfit_size(context, setup)});
}

bool is_timed(const ClaimContext& context) {
  const std::string precision = row_precision(context.row);
  const bool has_result = std::ranges::any_of(context.results, [&](const RunResult& result) {
    return result.row == context.row.id && result.stage == "speed" && result.precision == precision;
  });
  return has_result ||
         std::ranges::find(context.scope.stages, "speed") != context.scope.stages.end();
}

Finding judge_timed_fps(const ClaimContext& context) {
  const std::string precision = row_precision(context.row);
  const auto evidence = find_speed(context, precision);
  if (evidence.absence) return in_precision(*evidence.absence, precision);
  const auto& source = evidence.record->source;
  if (!source && evidence.record->setup.cudnn_benchmark) {
    return in_precision(unfit(unfit_choice(evidence.record->setup), kNotMeasured), precision);
  }
  if (!source) {
    return in_precision(fail_unmeasured("no speed by the source's protocol was measured"),
                        precision);
  }
  const double measured = source->images_per_second;
  if (auto finding =
          unjudgeable(context.claim, *evidence.result,
                      unfit_timing(context, *evidence.result, evidence.record->setup), measured)) {
    return in_precision(*finding, precision);
  }
  const std::string doubt =
      first_of({incompleteness(*source), disturbance(*evidence.result, source->clocks),
                unwatched(source->clocks, seconds_of(*source)),
                unsteadiness(*evidence.result, *evidence.record),
                unexplained(*evidence.result, *evidence.record),
                unbounded(*evidence.result, *evidence.record)});
  return in_precision(
      undisturbed(judge_number_claim(context.claim, measured, PublishedAs::kPrinted,
                                     fmt::format("by the source's protocol in {} on {}", precision,
                                                 hardware_of(*evidence.result))),
                  doubt, measured),
      precision);
}

Finding judge_speedup(const ClaimContext& context) {
  const std::string precision = row_precision(context.row);
  const auto evidence = find_speed(context, precision);
  if (evidence.absence) return in_precision(*evidence.absence, precision);
  const auto& own = evidence.record->own;
  if (!own || !own->speedup) {
    return in_precision(fail_unmeasured("no speed beside FP32's was measured"), precision);
  }
  const SpeedupRecord& speedup = *own->speedup;
  const auto reference = find_speed(context, speedup.reference);
  if (reference.absence) return in_precision(*reference.absence, speedup.reference);
  if (std::string why = mismatch(evidence, reference, context.row.policy()); !why.empty()) {
    return in_precision(fail_unmeasured(std::move(why)), precision);
  }
  std::string reason = unfit_timing(context, *evidence.result, evidence.record->setup);
  if (!reason.empty()) return in_precision(unfit(std::move(reason), speedup.ratio), precision);
  const std::string doubt = first_of(
      {too_few_rounds(*own), coldness(*evidence.result, *own),
       disturbance(*evidence.result, own->clocks), unexplained(*evidence.result, *evidence.record),
       unexplained(*reference.result, *reference.record), unwatched(own->clocks, seconds_of(*own)),
       unbounded(*evidence.result, *evidence.record),
       unbounded(*reference.result, *reference.record)});
  const std::string how =
      fmt::format("95 % interval {} to {} over {}, {} against {} on {}", short_text(speedup.low),
                  short_text(speedup.high), plural(std::ssize(own->seconds), "round"), precision,
                  speedup.reference, hardware_of(*evidence.result));
  return in_precision(
      undisturbed(judge_at_least(context.claim, speedup.ratio, speedup.low, speedup.high, how),
                  doubt, speedup.ratio),
      precision);
}

}  // namespace harness
