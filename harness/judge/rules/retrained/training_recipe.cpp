#include "harness/judge/rules/retrained/training_recipe.h"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "harness/arithmetic/policy.h"
#include "harness/base/number_text.h"
#include "harness/judge/counts.h"
#include "harness/judge/hardware.h"
#include "harness/judge/rules/retrained/trainings.h"
#include "harness/table/model_cost.h"

namespace harness {
namespace {

std::string other_length(const RunResult& result, const TrainingRecord& record) {
  const std::int64_t whole = record.scheduled_iterations;
  const std::int64_t asked = std::min(asked_iterations(result.argv).value_or(whole), whole);
  if (record.asked_iterations == asked) return "";
  return fmt::format("the job asked for {}, it for {}", plural(asked, "iteration"),
                     record.asked_iterations);
}

std::int64_t calls_of(const OperatorCounts& census, const std::string& kind) {
  std::int64_t calls = 0;
  if (const auto found = census.find(kind); found != census.end()) {
    for (const auto& [type, count] : found->second) calls += count;
  }
  return calls;
}

std::string other_layers(const OperatorCounts& census, const std::string& kind,
                         std::int64_t layers) {
  const std::int64_t seen = calls_of(census, kind);
  if (layers == 0 || seen == layers) return "";
  return fmt::format(
      "expected one {} in a step for each of the checkpoint's {} layers, the census "
      "has {}",
      kind, count_text(layers), count_text(seen));
}

std::string other_type(const OperatorCounts& census, const std::string& kind,
                       std::string_view type) {
  const auto found = census.find(kind);
  if (found == census.end() || found->second.empty()) return fmt::format("no {} was seen", kind);
  for (const auto& [seen, count] : found->second) {
    if (seen == type) continue;
    return fmt::format("{} of {} ran in {}, expected {}", count_text(count), kind, seen, type);
  }
  return "";
}

/// Norms are differentiated as often as they ran, and in the types that they ran in; autocast may
/// choose another type for either.
std::string other_norm_gradients(const OperatorCounts& census, const PolicyFacts& policy) {
  const auto types_of = [&](const char* kind) {
    const auto found = census.find(kind);
    return found == census.end() ? OperatorCounts::mapped_type{} : found->second;
  };
  const bool is_as_often =
      calls_of(census, "batch_norm") == calls_of(census, "batch_norm_backward");
  if (is_as_often &&
      (policy.autocasts() || types_of("batch_norm") == types_of("batch_norm_backward"))) {
    return "";
  }
  return fmt::format("{} of batch_norm_backward are not those of {} of batch_norm, by type",
                     count_text(calls_of(census, "batch_norm_backward")),
                     count_text(calls_of(census, "batch_norm")));
}

/// Each loss is of logits that were resized to the crop. Matrices of a resize are made in float64;
/// its gradient is often a product with them, which is not counted.
std::string other_resizes(const OperatorCounts& census, const PolicyFacts& policy) {
  const std::set<std::string_view> types = {to_string(policy.compute), to_string(policy.loss),
                                            "float32", "float64"};
  for (const char* kind : {"resize", "resize_backward"}) {
    const auto found = census.find(kind);
    if (found == census.end()) continue;
    for (const auto& [type, count] : found->second) {
      if (!types.contains(type)) return fmt::format("{} ran in {}", kind, type);
    }
  }
  const std::int64_t resizes = calls_of(census, "resize");
  if (resizes >= calls_of(census, "loss") && calls_of(census, "resize_backward") <= resizes) {
    return "";
  }
  return fmt::format("expected a resize of the logits of each loss, got {} and {} of its gradient",
                     count_text(resizes), count_text(calls_of(census, "resize_backward")));
}

std::string other_kind(const OperatorCounts& census) {
  static const std::set<std::string_view> kinds = {
      "convolution", "convolution_backward", "batch_norm", "batch_norm_backward",
      "resize",      "resize_backward",      "loss"};
  for (const auto& [kind, types] : census) {
    if (!kinds.contains(kind)) return fmt::format("no census of the worker counts {}", kind);
  }
  return "";
}

/// An operator is dispatched once for each layer: LibTorch's autocast and the CPU's kernels for
/// half call the next one below the dispatcher's observers. The type of a norm under autocast
/// depends on the device.
std::string other_operators(const RunResult& result, const TrainingRecord& record,
                            const ExpectedTraining& expected) {
  if (!record.census) return "the training left no census of its operators";
  const OperatorCounts& census = *record.census;
  const PolicyFacts& policy = facts(policy_of_precision(result.precision));
  const auto type = to_string(policy.compute);
  return first_of(
      {other_type(census, "convolution", type), other_type(census, "convolution_backward", type),
       other_layers(census, "convolution", expected.convolutions),
       other_layers(census, "convolution_backward", expected.convolutions),
       other_layers(census, "batch_norm", expected.norms), other_norm_gradients(census, policy),
       other_resizes(census, policy), other_kind(census)});
}

std::string other_gradients(const TrainingRecord& record, const ExpectedTraining& expected) {
  if (expected.parameters == 0 || record.gradients.looked_at % expected.parameters == 0) return "";
  return fmt::format("its gradients were looked at {}: the row's checkpoint has {}",
                     plural(record.gradients.looked_at, "time"),
                     plural(expected.parameters, "parameter"));
}

std::string other_beginning(const TrainingRecord& record, const ExpectedTraining& expected) {
  if (record.steps == 0 || expected.can_begin_with(record.loss.first)) return "";
  return fmt::format("its first loss is {}, a drawn network has about {}",
                     short_text(record.loss.first), short_text(expected.chance_loss));
}

std::string other_peak(const RunResult& result, const TrainingRecord& record,
                       const ExpectedTraining& expected) {
  const PolicyFacts& policy = facts(policy_of_precision(result.precision));
  const std::int64_t masters = policy.has_masters() ? bytes_of(policy.optimizer) : 0;
  const std::int64_t least = 2 * (bytes_of(policy.weights) + masters) * expected.parameters;
  if (!record.peak_bytes || *record.peak_bytes >= least) return "";
  return fmt::format("a peak of {} bytes, its {} and their gradients alone have {}",
                     *record.peak_bytes, plural(expected.parameters, "parameter"), least);
}

}  // namespace

std::string other_training(const RunResult& result, const TrainingRecord& record,
                           const ExpectedTraining& expected) {
  const bool is_fp32 = policy_of_precision(result.precision) == Policy::kFp32;
  return first_of({other_length(result, record), environment_defect(result, is_fp32),
                   other_operators(result, record, expected), other_gradients(record, expected),
                   other_beginning(record, expected), other_peak(result, record, expected)});
}

std::string mixed_settings(const ClaimContext& context, const std::set<std::string>& precisions) {
  const RunResult* first = nullptr;
  for (const auto& result : context.results) {
    const bool fits = result.row == context.row.id && result.stage == "train" &&
                      precisions.contains(result.precision);
    if (!fits) continue;
    if (first == nullptr) first = &result;
    if (const auto other = other_setting(result, *first); !other.empty()) {
      return fmt::format("{} is of another setting than {}: {}",
                         execution_text(result.stage, result.precision, result.seed),
                         execution_text(first->stage, first->precision, first->seed), other);
    }
  }
  return "";
}

bool has_losses_of(const TrainingRecord& one, const TrainingRecord& other) {
  return one.loss.first == other.loss.first && one.loss.last == other.loss.last;
}

std::string other_than_arithmetic(const TrainingRecord& half, const TrainingRecord& single) {
  if (has_losses_of(half, single)) return "a training in half has the losses of FP32";
  const bool is_one_recipe = half.scheduled_iterations == single.scheduled_iterations &&
                             half.batch == single.batch && half.departures == single.departures;
  if (is_one_recipe) return "";
  const auto text = [](const TrainingRecord& record) {
    return fmt::format("{} in batches of {}{}", plural(record.scheduled_iterations, "iteration"),
                       record.batch, departures_text(record.departures));
  };
  return fmt::format("expected one recipe; half: {}; FP32: {}", text(half), text(single));
}

}  // namespace harness
