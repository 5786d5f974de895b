#include "harness/judge/rules/file/origin.h"

#include <map>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/policy_claim.h"
#include "harness/judge/rules/file/config_facts.h"
#include "harness/table/tensor_role.h"

namespace harness {
namespace {

/// The fewest values whose grid says something: each falls on FP16's by chance once in 8192.
constexpr std::int64_t kFewestValues = 8;

/// Values of one role.
struct Values {
  std::int64_t elements = 0;
  std::int64_t off_grid = 0;  ///< Not numbers that FP16 has.
  bool is_initial = false;    ///< All 0 or 1, as batch norm is made.

  bool is_on_grid() const { return elements >= kFewestValues && off_grid == 0 && !is_initial; }
};

Values values_of(const Json& checkpoint, TensorRole role) {
  Values values;
  const Json* sum = find_at(checkpoint, {"roles", to_string(role)});
  if (sum == nullptr) return values;
  values.elements = count_at(*sum, {"elements"}).value_or(0);
  values.off_grid = count_at(*sum, {"not_half_exact"}).value_or(0);
  const auto zeros = count_at(*sum, {"zeros"}).value_or(0);
  const bool only_ones = number_at(*sum, {"min_abs"}) == 1.0 && number_at(*sum, {"max_abs"}) == 1.0;
  values.is_initial = only_ones || zeros == values.elements;
  return values;
}

/// The element type of all tensors of a role, "" when there are none, "mixed" when they differ.
std::map<TensorRole, std::string> types_by_role(const Json& checkpoint) {
  std::map<TensorRole, std::string> types;
  const Json* state_dict = find_at(checkpoint, {"state_dict"});
  if (state_dict == nullptr) return types;
  try {
    const TensorRoles roles(*state_dict);
    for (const auto& entry : *state_dict) {
      auto& type = types[roles.of(entry.at(0).get<std::string>())];
      const auto found = entry.at(1).get<std::string>();
      type = type.empty() || type == found ? found : "mixed";
    }
  } catch (const nlohmann::json::exception&) {
    return {};
  }
  return types;
}

struct Seen {
  std::string convolutions;  ///< Types.
  std::string norm;
  Values weights;
  Values parameters;
  Values statistics;

  bool norm_is_on_grid() const { return statistics.is_on_grid() && parameters.off_grid == 0; }
};

Seen look(const Json& checkpoint) {
  auto types = types_by_role(checkpoint);
  Seen seen;
  seen.convolutions = types[TensorRole::kConvolution];
  const auto& parameters = types[TensorRole::kNormParameter];
  const auto& statistics = types[TensorRole::kNormStatistics];
  seen.norm = statistics.empty() || parameters == statistics ? parameters : "mixed";
  seen.weights = values_of(checkpoint, TensorRole::kConvolution);
  seen.parameters = values_of(checkpoint, TensorRole::kNormParameter);
  seen.statistics = values_of(checkpoint, TensorRole::kNormStatistics);
  return seen;
}

std::pair<const char*, const char*> name_half(const Seen& seen) {
  if (seen.norm == "float16") {
    return {"cast to half",
            "the whole model was cast to half, batch norm too: no half training "
            "leaves that, a conversion afterwards does"};
  }
  if (seen.norm != "float32")
    return {"mixed", "half convolutions beside batch norm of other types"};
  if (seen.statistics.is_initial) {
    return {"half, batch norm untrained",
            "half convolutions with batch norm as it was made: not trained"};
  }
  if (seen.norm_is_on_grid()) {
    return {"cast to half, batch norm widened",
            "batch norm is float but holds only numbers that FP16 has: the model was cast to half "
            "after training and batch norm widened again"};
  }
  return {"half training",
          "half convolutions beside batch norm that was never rounded: what half "
          "training with FP32 batch norm leaves"};
}

std::pair<const char*, const char*> name_origin(const Seen& seen) {
  if (seen.convolutions == "float16") return name_half(seen);
  if (seen.convolutions == "bfloat16") return {"bfloat16", "weights in bfloat16"};
  if (seen.convolutions != "float32" || (seen.norm != "float32" && !seen.norm.empty())) {
    return {"mixed", "a mixture of element types that no known training leaves"};
  }
  if (seen.weights.is_on_grid()) {
    return {"widened from half",
            "float convolutions that hold only numbers that FP16 has: they "
            "were half and were widened afterwards"};
  }
  return {"float", "float weights that were never rounded to half: trained in FP32 or by autocast"};
}

std::string grid_text(const char* what, const Values& values) {
  std::string text = what;
  text.append(": ").append(count_text(values.off_grid)).append(" of ");
  return text.append(plural(values.elements, "value")).append(" are no numbers of FP16");
}

void add_scaler(const Json& checkpoint, std::vector<std::string>& because) {
  const Json* meta = find_at(checkpoint, {"meta"});
  const auto saved = meta == nullptr ? std::nullopt : saved_loss_scale(*meta);
  if (!saved) return;
  std::string text = "meta.fp16.loss_scaler: ";
  text.append(saved->mode.empty() ? "torch's GradScaler" : "mmcv's LossScaler, " + saved->mode);
  if (saved->scale) text.append(", scale ").append(short_text(*saved->scale, 15));
  because.push_back(text);
}

void add_counter(const Json& checkpoint, std::vector<std::string>& because) {
  // The backbone's count goes on from its pretraining: the smallest is that of the heads.
  const auto batches = number_at(checkpoint, {"roles", "counter", "min_abs"});
  if (!batches) return;
  std::string text = "batch norm counted " + short_text(*batches, 15) + " batches";
  const auto iteration = count_at(checkpoint, {"meta", "iter"});
  if (iteration) text.append("; meta.iter is ").append(std::to_string(*iteration));
  because.push_back(text);
}

}  // namespace

Origin origin_of(const Json& checkpoint) {
  const Seen seen = look(checkpoint);
  if (seen.convolutions.empty()) return {};
  const auto [name, words] = name_origin(seen);
  Origin origin{name, words, {}};
  origin.because.push_back("convolutions in " + seen.convolutions + ", batch norm in " +
                           (seen.norm.empty() ? "no tensor" : seen.norm));
  if (seen.convolutions != "float16") {
    origin.because.push_back(grid_text("convolutions", seen.weights));
  }
  if (seen.parameters.elements > 0) {
    origin.because.push_back(grid_text("batch norm's parameters", seen.parameters));
  }
  if (seen.statistics.elements > 0) {
    origin.because.push_back(grid_text("batch norm's statistics", seen.statistics));
  }
  add_counter(checkpoint, origin.because);
  add_scaler(checkpoint, origin.because);
  return origin;
}

Finding judge_origin(const ClaimContext& context) {
  const auto file = find_file(context, "checkpoint");
  if (file.absence) return *file.absence;
  const Origin origin = origin_of(*file.record);
  if (origin.name.empty() || find_at(*file.record, {"roles", "convolution"}) == nullptr) {
    return missing("verify recorded no tensors and values of the checkpoint");
  }
  if (context.claim.value.is_null()) {
    Finding finding = not_verifiable(origin.words);
    finding.measured = origin.name;
    return finding;
  }
  const auto policy = claimed_policy(context.claim);
  if (!policy) return unknown_policy(context.claim);
  const bool is_half = facts(*policy).weights == ElementType::kFloat16;
  const std::string expected = is_half ? "half training" : "float";
  std::string reason = origin.words;
  if (origin.name != expected) {
    reason = std::string(to_string(*policy)) + " leaves \"" + expected + "\"; " + reason;
  }
  return compared(origin.name == expected, origin.name, reason);
}

std::vector<std::string> not_in_the_file(const Json& checkpoint) {
  std::vector<std::string> list;
  const std::string name = origin_of(checkpoint).name;
  if (name == "half training") {
    list.emplace_back(
        "whether the convolutions were trained in half, or trained in float and rounded once at "
        "the end with batch norm left alone: both leave files like this");
    list.emplace_back("the FP32 master weights: training cannot go on exactly from here");
  } else if (name == "float") {
    list.emplace_back("whether FP32 or autocast trained it: both leave float weights");
  }
  list.emplace_back("whether a step overflowed or was skipped, and how the loss scale moved");
  list.emplace_back("mIoU, memory and speed: `halfproof run` evaluates them");
  if (const Json* meta = find_at(checkpoint, {"meta"}); meta != nullptr && meta->is_object()) {
    list.emplace_back("whether meta is true: nothing binds its text to the weights");
  } else {
    list.emplace_back("how, when and with which versions it was trained: the file has no meta");
  }
  const std::string trust = text_at(checkpoint, {"trust"});
  if (trust != "locked") {
    list.emplace_back(
        "whether these are the publisher's bytes: 8 hex digits in a name are 32 bits, which is "
        "enough against accident and not against intent");
  }
  return list;
}

}  // namespace harness
