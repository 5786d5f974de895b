#include "harness/judge/rules/file/provenance.h"

#include <fmt/format.h>

#include <map>

#include "harness/base/number_text.h"
#include "harness/judge/policy_claim.h"
#include "harness/judge/rules/file/config_facts.h"

namespace harness {
namespace {

/// The fewest values whose grid says something: each falls on FP16's by chance once in 8192.
constexpr std::int64_t kFewestValues = 8;

/// Values of one role.
struct Values {
  std::int64_t elements = 0;
  std::int64_t off_grid = 0;  ///< Not representable in FP16.
  bool is_initial = false;    ///< All 0 or 1, as batch norm is made.

  bool is_on_grid() const { return elements >= kFewestValues && off_grid == 0 && !is_initial; }
};

Values values_of(const TensorStatisticsRecord& sum) {
  const bool only_ones = sum.min_abs == 1.0 && sum.max_abs == 1.0;
  return {sum.elements, sum.not_half_exact, only_ones || sum.zeros == sum.elements};
}

/// The element type of all tensors of a role, "mixed" when they differ.
std::map<TensorRole, std::string> types_by_role(const std::vector<TensorRecord>& state_dict) {
  std::map<TensorRole, std::string> types;
  const TensorRoles roles(state_dict);
  for (const auto& tensor : state_dict) {
    auto& type = types[roles.of(tensor.name)];
    type = type.empty() || type == tensor.dtype ? tensor.dtype : "mixed";
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

Seen look(const CheckpointRecord& checkpoint) {
  Seen seen;
  if (!checkpoint.state_dict) return seen;
  auto types = types_by_role(*checkpoint.state_dict);
  seen.convolutions = types[TensorRole::kConvolution];
  const auto& parameters = types[TensorRole::kNormParameter];
  const auto& statistics = types[TensorRole::kNormStatistics];
  seen.norm = statistics.empty() || parameters == statistics ? parameters : "mixed";
  if (!checkpoint.values) return seen;
  const RoleStatisticsRecord& roles = checkpoint.values->roles;
  seen.weights = values_of(roles.convolution);
  seen.parameters = values_of(roles.norm_parameter);
  seen.statistics = values_of(roles.norm_statistics);
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
            "batch norm is float but holds only values that FP16 represents: the model was "
            "cast to half "
            "after training and batch norm widened again"};
  }
  return {"half training",
          "half convolutions beside batch norm that was never rounded: what half "
          "training with FP32 batch norm leaves"};
}

std::pair<const char*, const char*> name_provenance(const Seen& seen) {
  if (seen.convolutions == "float16") return name_half(seen);
  if (seen.convolutions == "bfloat16") return {"bfloat16", "weights in bfloat16"};
  if (seen.convolutions != "float32" || (seen.norm != "float32" && !seen.norm.empty())) {
    return {"mixed", "a mixture of element types that no known training leaves"};
  }
  if (seen.weights.is_on_grid()) {
    return {"widened from half",
            "float convolutions that hold only values that FP16 represents: they "
            "were half and were widened afterwards"};
  }
  return {"float", "float weights that were never rounded to half: trained in FP32 or by autocast"};
}

std::string grid_text(const char* what, const Values& values) {
  std::string text = what;
  text.append(": ").append(count_text(values.off_grid)).append(" of ");
  return text.append(plural(values.elements, "value")).append(" are not representable in FP16");
}

void add_scaler(const Json& meta, std::vector<std::string>& because) {
  const auto saved = saved_loss_scale(meta);
  if (!saved) return;
  std::string text = "meta.fp16.loss_scaler: ";
  text.append(saved->mode.empty() ? "torch's GradScaler" : "mmcv's LossScaler, " + saved->mode);
  if (saved->scale) text.append(", scale ").append(short_text(*saved->scale, 15));
  because.push_back(text);
}

void add_counter(const CheckpointRecord& checkpoint, std::vector<std::string>& because) {
  if (!checkpoint.values || checkpoint.values->roles.counter.tensors == 0) return;
  // The backbone's count goes on from its pretraining: the smallest is that of the heads.
  const double batches = checkpoint.values->roles.counter.min_abs;
  std::string text = "batch norm counted " + short_text(batches, 15) + " batches";
  const auto iteration = saved_iteration(checkpoint.meta);
  if (iteration) text.append("; meta.iter is ").append(std::to_string(*iteration));
  because.push_back(text);
}

}  // namespace

Provenance provenance_of(const CheckpointRecord& checkpoint) {
  const Seen seen = look(checkpoint);
  if (seen.convolutions.empty()) return {};
  const auto [name, words] = name_provenance(seen);
  Provenance provenance{name, words, {}};
  provenance.because.push_back(fmt::format("convolutions in {}, batch norm in {}",
                                           seen.convolutions,
                                           seen.norm.empty() ? "no tensor" : seen.norm));
  if (seen.convolutions != "float16") {
    provenance.because.push_back(grid_text("convolutions", seen.weights));
  }
  if (seen.parameters.elements > 0) {
    provenance.because.push_back(grid_text("batch norm's parameters", seen.parameters));
  }
  if (seen.statistics.elements > 0) {
    provenance.because.push_back(grid_text("batch norm's statistics", seen.statistics));
  }
  add_counter(checkpoint, provenance.because);
  add_scaler(checkpoint.meta, provenance.because);
  return provenance;
}

std::string_view provenance_left_by(Policy policy) {
  return facts(policy).weights == ElementType::kFloat16 ? "half training" : "float";
}

Finding judge_provenance(const CheckpointRecord& checkpoint, const Claim& claim) {
  const Provenance provenance = provenance_of(checkpoint);
  const bool has_tensors = checkpoint.state_dict && !checkpoint.state_dict->empty();
  if (provenance.name.empty() && has_tensors && checkpoint.values) {
    return not_verifiable("there are no convolutions, by whose values the training is told");
  }
  if (provenance.name.empty() || !checkpoint.values) {
    return fail_unmeasured("examine recorded no tensors and values of the checkpoint");
  }
  if (claim.value.is_null()) {
    Finding finding = not_verifiable(provenance.words);
    finding.measured = provenance.name;
    return finding;
  }
  const auto policy = claimed_policy(claim);
  if (!policy) return unknown_policy(claim);
  const std::string expected(provenance_left_by(*policy));
  std::string reason = provenance.words;
  if (provenance.name != expected) {
    reason = fmt::format("{} leaves \"{}\"; {}", to_string(*policy), expected, reason);
  }
  return pass_or_fail(provenance.name == expected, provenance.name, reason);
}

}  // namespace harness
