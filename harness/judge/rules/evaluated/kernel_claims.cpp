#include "harness/judge/rules/evaluated/kernel_claims.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "harness/arithmetic/kernel_class.h"
#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/hardware.h"
#include "harness/judge/rules/evaluated/hardware_claims.h"
#include "harness/judge/rules/evaluated/row_model.h"
#include "harness/judge/rules/evaluated/speed_claims.h"
#include "harness/judge/speed_consistency.h"

namespace harness {
namespace {

/// At the published size nearly all of an image's time is spent in kernels.
constexpr double kLeastKernelTime = 0.5;

/// The time of dense convolutions and matrix products in one precision.
struct ConvolutionTime {
  double all = 0.0;
  double own = 0.0;       ///< In the class that the precision asks for.
  double narrower = 0.0;  ///< In a type with fewer digits than FP32.
  double unknown = 0.0;
  std::vector<std::string> unknown_names;
};

KernelClass class_of(ElementType compute) {
  switch (compute) {
    case ElementType::kFloat16:
      return KernelClass::kHalfTensorCore;
    case ElementType::kBfloat16:
      return KernelClass::kBfloatTensorCore;
    case ElementType::kFloat64:
      return KernelClass::kFp64;
    default:
      return KernelClass::kFp32;
  }
}

bool is_narrower_than_fp32(KernelClass kernel) {
  return kernel == KernelClass::kHalfTensorCore || kernel == KernelClass::kBfloatTensorCore ||
         kernel == KernelClass::kTf32;
}

ConvolutionTime convolution_time(const KernelCensusRecord& census, KernelClass own) {
  ConvolutionTime time;
  for (const auto& kernel : census.kernels) {
    const KernelClass found = kernel_class(kernel.name, kernel.operation);
    const bool is_unknown = found == KernelClass::kUnknown;
    // A kernel of unknown name counts unless another operator is known to have launched it.
    if (!multiplies(found) || (is_unknown && !may_convolve(kernel))) continue;
    time.all += kernel.seconds;
    if (found == own) time.own += kernel.seconds;
    if (is_narrower_than_fp32(found)) time.narrower += kernel.seconds;
    if (!is_unknown) continue;
    time.unknown += kernel.seconds;
    time.unknown_names.push_back(kernel.name);
  }
  return time;
}

std::string named(const ConvolutionTime& time) {
  return fmt::format("{} of the time of convolutions in kernels of unknown name: {}",
                     short_text(time.unknown / time.all), listing(time.unknown_names));
}

/// The census of one precision, or why there is none.
struct KernelEvidence {
  std::optional<SpeedRecord> record;
  std::optional<Finding> absence;
  std::string hardware;

  const KernelCensusRecord& census() const { return *record->kernels; }
};

/// Calls of kernels that do a convolution's products, and of batch norm's.
struct LayerCalls {
  std::int64_t convolutions = 0;
  std::int64_t norms = 0;
};

LayerCalls calls_of(const KernelCensusRecord& census) {
  LayerCalls calls;
  for (const auto& kernel : census.kernels) {
    const KernelClass found = kernel_class(kernel.name, kernel.operation);
    const bool convolves = multiplies(found) || found == KernelClass::kDepthwise;
    if (convolves && may_convolve(kernel)) calls.convolutions += kernel.calls;
    if (kernel.operation.find("batch_norm") != std::string::npos) calls.norms += kernel.calls;
  }
  return calls;
}

/// A profiler may lose what its buffers do not hold. Every convolution is at least one kernel that
/// multiplies, beside those that change layouts for it, and every norm is one.
std::string lost_kernels(const Row& row, const RunResult& result, const SpeedRecord& record) {
  const LayerCalls calls = calls_of(*record.kernels);
  if (const std::int64_t expected = convolutions_of(row); calls.convolutions < expected) {
    return fmt::format("{} were seen of {}", plural(calls.convolutions, "kernel"),
                       plural(expected, "convolution"));
  }
  if (const std::int64_t expected = norms_of(row); calls.norms < expected) {
    return fmt::format("{} were seen of {}", plural(calls.norms, "kernel"),
                       plural(expected, "batch norm"));
  }
  if (std::string shortfall = kernels_shortfall(result, record); !shortfall.empty()) {
    return shortfall;
  }
  if (!record.own) return "";
  const double seconds = kernel_seconds(*record.kernels);
  if (seconds >= kLeastKernelTime * record.own->image.median) return "";
  return fmt::format("the kernels that were seen take {} s of an image's {} s", short_text(seconds),
                     short_text(record.own->image.median));
}

KernelEvidence find_kernels(const ClaimContext& context, const std::string& precision) {
  auto evidence = find_speed(context, precision);
  if (evidence.absence) return {std::nullopt, evidence.absence, ""};
  std::string unfit_reason = unfit_timing(context, *evidence.result, evidence.record->setup);
  if (!unfit_reason.empty())
    return {std::nullopt, unfit(std::move(unfit_reason), kNotMeasured), ""};
  const auto& census = evidence.record->kernels;
  if (!census) return {std::nullopt, fail_unmeasured("no kernel was looked at"), ""};
  if (!census->absence.empty()) {
    return {std::nullopt, unfit("no kernel can be seen: " + census->absence, kNotMeasured), ""};
  }
  if (std::string lost = lost_kernels(context.row, *evidence.result, *evidence.record);
      !lost.empty()) {
    return {std::nullopt, fail_unmeasured(std::move(lost)), ""};
  }
  return {std::move(evidence.record), std::nullopt, hardware_of(*evidence.result)};
}

Finding judge_own_kernels(const ClaimContext& context, const std::string& precision) {
  const auto evidence = find_kernels(context, precision);
  if (evidence.absence) return *evidence.absence;
  const KernelClass own = class_of(facts(context.row.policy()).compute);
  const ConvolutionTime time = convolution_time(evidence.census(), own);
  if (!(time.all > 0.0)) return fail_unmeasured("no kernel of a convolution was seen");
  const double share = time.own / time.all;
  const std::string how = fmt::format(
      "share of the time of convolutions in kernels of the class {} "
      "in {} on {}",
      to_string(own), precision, evidence.hardware);
  Finding finding =
      judge_at_least(context.claim, share, share, (time.own + time.unknown) / time.all, how);
  if (time.unknown_names.empty() || finding.verdict == Verdict::kFail) return finding;
  if (finding.verdict == Verdict::kNotVerifiable) return finding;
  return ambiguous(fmt::format("{}; {}", named(time), finding.reason), share);
}

/// Nothing to say where FP32 is the row's own precision, or was not asked for.
std::optional<Finding> judge_fp32_kernels(const ClaimContext& context) {
  if (row_precision(context.row) == "fp32" || !context.scope.asks_for_precision("fp32")) {
    return std::nullopt;
  }
  const auto evidence = find_kernels(context, "fp32");
  if (evidence.absence) return in_precision(*evidence.absence, "fp32");
  const ConvolutionTime time = convolution_time(evidence.census(), KernelClass::kFp32);
  if (!(time.all > 0.0)) {
    return in_precision(fail_unmeasured("no kernel of a convolution was seen in fp32"), "fp32");
  }
  if (time.narrower > 0.0) {
    const double share = time.narrower / time.all;
    return in_precision(
        pass_or_fail(false, share,
                     fmt::format("in fp32, {} of the time of convolutions is in kernels of a "
                                 "narrower type",
                                 short_text(share))),
        "fp32");
  }
  if (time.unknown_names.empty()) return std::nullopt;
  return in_precision(ambiguous("in fp32, " + named(time), kNotMeasured), "fp32");
}

}  // namespace

Finding judge_kernels(const ClaimContext& context) {
  const std::string precision = row_precision(context.row);
  Finding own = in_precision(judge_own_kernels(context, precision), precision);
  if (own.verdict != Verdict::kPass) return own;
  const auto reference = judge_fp32_kernels(context);
  return reference ? *reference : own;
}

}  // namespace harness
