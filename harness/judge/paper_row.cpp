#include "harness/judge/paper_row.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/arithmetic/policy.h"
#include "harness/base/error.h"
#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/counts.h"
#include "harness/judge/paper_settings.h"
#include "harness/record/paper_design.h"
#include "harness/record/schema.h"
#include "harness/table/model_cost.h"
#include "harness/table/published_step.h"

namespace harness {
namespace {

/// Learning rates of a schedule are computed from the recipe's.
/// A pixel's loss counts once, or so many times: weights of heads and of classes are near 1.
constexpr double kLargestFactor = 10.0;

std::string other_number(std::string_view what, double expected, double found) {
  if (std::abs(found - expected) <= kLastPlaces * std::abs(expected)) return "";
  return fmt::format("{}: expected {}, got {}", what, short_text(expected, 10),
                     short_text(found, 10));
}

std::string other_count(std::string_view what, std::int64_t expected, std::int64_t found) {
  if (found == expected) return "";
  return fmt::format("{}: expected {}, got {}", what, count_text(expected), count_text(found));
}

/// So many of the whole at least.
std::string too_few(std::string_view what, std::int64_t found, std::int64_t whole) {
  if (found >= whole / 2) return "";
  return fmt::format("{}: expected most of {}, got {}", what, count_text(whole), count_text(found));
}

// The row

/// The loss scale of the half training: the row's where it is static, else the one of the zoo.
double scale_of(const Row& row) {
  constexpr Policy kPolicy = Policy::kFp16Master;
  const bool is_own = row.policy() == kPolicy && row.arithmetic.has_value();
  const ScalerOptions scaler =
      is_own ? row.arithmetic->scaler_or_default() : default_scaler(kPolicy);
  return (scaler.type == ScalerType::kStatic ? scaler : default_scaler(kPolicy)).init_scale;
}

bool is_batch(const std::vector<std::int64_t>& shape) {
  return shape.size() == 4 && shape[1] == 3 &&
         std::ranges::all_of(shape, [](auto side) { return side > 0 && side <= kLongestSide; });
}

std::string other_batch(const RowSettings& stated, const Row& row) {
  if (!is_batch(stated.batch)) {
    return fmt::format("the settings state batches of {}", fmt::join(stated.batch, " x "));
  }
  const auto images = count_at(row.recipe, {"batch"});
  if (images && *images != stated.batch[0]) {
    return other_count("images of a batch", *images, stated.batch[0]);
  }
  const Json* crop = find_at(row.recipe, {"crop"});
  if (crop == nullptr || *crop == Json::array({stated.batch[2], stated.batch[3]})) return "";
  return fmt::format("crop: expected {}, got {} x {}", crop->dump(), stated.batch[2],
                     stated.batch[3]);
}

std::string other_row(const RowSettings& stated, const Row& row) {
  return first_of({other_batch(stated, row), other_count("batches", kPaperBatches, stated.batches),
                   other_number("momentum", kPublishedMomentum, stated.momentum),
                   stated.weight_decay >= 0.0 ? "" : "weight decay: expected a number",
                   other_number("dropout", 0.0, stated.dropout)});
}

/// Nothing to compare with where the recipe leaves the rate to the config.
std::string other_rate(const Row& row, double found) {
  const auto stated = number_at(row.recipe, {"lr"});
  if (stated) return other_number("learning rate", *stated, found);
  return found > 0.0 ? "" : fmt::format("a learning rate of {}", short_text(found));
}

// Its model

/// What the row's model has, from its specification alone.
struct ModelCounts {
  std::int64_t half_weights = 0;
  std::int64_t parameters = 0;
  std::map<std::string, std::int64_t> convolutions;  ///< Channels of the result, by layer.
  std::map<std::string, std::int64_t> logits;        ///< Pixels of each head's, by layer.
  std::int64_t results = 0;  ///< Elements that convolutions compute for one image.
};

std::int64_t elements_of(const TensorSpec& tensor) {
  std::int64_t elements = 1;
  for (const auto side : tensor.shape) elements *= side;
  return elements;
}

ModelCounts counts_of(const Row& row, const RowSettings& settings) {
  const ModelSpec spec = resolve_model(row, Json());
  const KeptElements kept = kept_elements(spec, settings.batch[2], settings.batch[3]);
  ModelCounts counts;
  counts.parameters = parameter_count(spec);
  counts.results = kept.normalized + kept.decode_logits + kept.auxiliary_logits;
  counts.logits["decode_head.conv_seg"] = kept.decode_logits / spec.decode_head.num_classes;
  if (spec.has_auxiliary_head) {
    counts.logits["auxiliary_head.conv_seg"] =
        kept.auxiliary_logits / spec.auxiliary_head.num_classes;
  }
  for (const auto& tensor : state_dict_layout(spec)) {
    if (tensor.kind != TensorSpec::Kind::kConvolution) continue;
    counts.half_weights += elements_of(tensor);
    if (tensor.shape.size() != 4) continue;
    const std::string layer = tensor.name.substr(0, tensor.name.rfind('.'));
    counts.convolutions[layer] = tensor.shape[0];
  }
  return counts;
}

/// What `compare` finds of the model that the row states, or why it states none.
template <typename Compare>
std::string compared_with_model(const Row& row, const RowSettings& settings,
                                const Compare& compare) {
  try {
    return compare(counts_of(row, settings));
  } catch (const Error& error) {
    return error.what();
  }
}

// master-weights

std::string other_phase(std::string_view name, const MasterWeightsPhase& phase,
                        const ModelCounts& model) {
  const std::int64_t updates = phase.all_steps.updates;
  const std::int64_t with_ratio =
      phase.below_2048.updates + phase.between.updates + phase.above_4096.updates;
  const std::string other =
      first_of({other_count("weights in half", model.half_weights, phase.weights),
                too_few("updates that are not 0", updates, phase.masters.updates),
                too_few("updates with a ratio", with_ratio, updates)});
  return other.empty() ? "" : fmt::format("{}: {}", name, other);
}

std::string other_design(const MasterWeightsSettings& stated) {
  return first_of(
      {other_count("steps", kMasterWeightsSteps, stated.steps),
       other_number("part of the training", kPartOfStart, stated.part_of_training_start),
       other_number("part of the training", kPartOfPublished, stated.part_of_training_published)});
}

/// Learning rates fall.
std::string other_late_rate(const MasterWeightsRecord& record) {
  const double late = record.published.learning_rate;
  if (late > 0.0 && late <= record.start.learning_rate) return "";
  return fmt::format("a learning rate of {} after {}", short_text(late),
                     short_text(record.start.learning_rate));
}

// loss-scaling

std::string other_logits(const LossScalingPhase& phase, std::int64_t images,
                         const ModelCounts& model) {
  if (auto other =
          other_count("heads with logits", std::ssize(model.logits), std::ssize(phase.logits));
      !other.empty()) {
    return other;
  }
  for (const auto& logits : phase.logits) {
    const auto head = model.logits.find(logits.layer);
    if (head == model.logits.end()) return fmt::format("no head's logits: {}", logits.layer);
    const double factor = logits.bound * static_cast<double>(images * head->second);
    if (factor > 0.0 && factor <= kLargestFactor) continue;
    return fmt::format("{} has a bound of {} on a map of {}", logits.layer,
                       short_text(logits.bound), plural(head->second, "pixel"));
  }
  return "";
}

std::string other_phase(std::string_view name, const LossScalingPhase& phase, std::int64_t images,
                        const ModelCounts& model) {
  const std::string other =
      first_of({other_count("gradients of activations", kExaminedBatches * images * model.results,
                            phase.activations.elements),
                other_count("gradients of weights", kExaminedBatches * model.half_weights,
                            phase.weights.elements),
                other_logits(phase, images, model)});
  return other.empty() ? "" : fmt::format("{}: {}", name, other);
}

// fp32-accumulation

std::string other_sums(const AccumulationRecord& record) {
  const bool has_lengths =
      std::ranges::equal(record.dot_products, kDotProductLengths, {}, &DotProductRecord::length);
  if (!has_lengths) {
    return fmt::format("expected dot products of {}", fmt::join(kDotProductLengths, ", "));
  }
  const bool has_values =
      std::ranges::equal(record.statistics, kEqualValues, [](const auto& mean, const auto& one) {
        return mean.value == one.first && mean.count == one.second;
      });
  if (!has_values) return fmt::format("expected means of {}", fmt::join(kEqualValues, ", "));
  return first_of(
      {other_count("ones", kKernelOnes, record.kernels.ones),
       other_number("value of a channel", kKernelValue, record.kernels.value),
       other_count("values of a channel", kKernelMap[0] * kKernelMap[1], record.kernels.count)});
}

std::string other_layers(const AccumulationRecord& record, std::int64_t images,
                         const ModelCounts& model) {
  std::int64_t channels = 0;
  std::int64_t of_model = 0;
  std::int64_t results = 0;
  for (const auto& layer : record.activations) {
    const auto expected = model.convolutions.find(layer.layer);
    if (expected == model.convolutions.end() || layer.channels > expected->second) {
      return fmt::format("the model does not have {} with {}", layer.layer,
                         plural(layer.channels, "channel"));
    }
    channels += layer.channels;
    of_model += expected->second;
    // No number that a map has overflows.
    results += std::min(layer.count, images * kLongestSide * kLongestSide) * expected->second;
  }
  return first_of(
      {other_count("convolutions", std::ssize(model.convolutions), std::ssize(record.activations)),
       other_count("results of convolutions", images * model.results, results),
       too_few("channels that vary", channels, of_model)});
}

// overflow

std::string other_design(const OverflowSettings& stated) {
  return first_of({other_number("scale that is too large", kTooLargeScale, stated.scale),
                   other_count("steps with a dynamic scale", kDynamicSteps, stated.dynamic_steps),
                   other_count("steps with a static scale", kStaticSteps, stated.static_steps)});
}

}  // namespace

std::string other_experiment(const MasterWeightsRecord& record, const Json& settings,
                             const Row& row) {
  const auto settings_read = settings_of<MasterWeightsSettings>(settings);
  const RowSettings& of_row = settings_read.row;
  const MasterWeightsSettings& stated = settings_read.experiment;
  if (auto other = other_row(of_row, row); !other.empty()) return other;
  return first_of({other_design(stated), other_number("loss scale", scale_of(row), stated.scale),
                   other_rate(row, record.start.learning_rate), other_late_rate(record),
                   compared_with_model(row, of_row, [&](const ModelCounts& model) {
                     return first_of({other_phase("start", record.start, model),
                                      other_phase("published", record.published, model)});
                   })});
}

std::string other_experiment(const LossScalingRecord& record, const Json& settings,
                             const Row& row) {
  const auto stated = settings_of<LossScalingSettings>(settings);
  if (auto other = other_row(stated.row, row); !other.empty()) return other;
  const std::int64_t images = stated.row.batch[0];
  return first_of({other_count("batches", kExaminedBatches, stated.experiment.batches),
                   other_number("loss scale", scale_of(row), stated.experiment.scale),
                   compared_with_model(row, stated.row, [&](const ModelCounts& model) {
                     return first_of({other_phase("start", record.start, images, model),
                                      other_phase("published", record.published, images, model)});
                   })});
}

std::string other_experiment(const AccumulationRecord& record, const Json& settings,
                             const Row& row) {
  const auto stated = settings_of<AccumulationSettings>(settings);
  if (auto other = other_row(stated.row, row); !other.empty()) return other;
  return first_of(
      {other_count("seed of the dot products", kDotProductSeed, stated.experiment.dot_product_seed),
       other_sums(record), compared_with_model(row, stated.row, [&](const ModelCounts& model) {
         return other_layers(record, stated.row.batch[0], model);
       })});
}

std::string other_experiment(const OverflowRecord& record, const Json& settings, const Row& row) {
  const auto stated = settings_of<OverflowSettings>(settings);
  if (auto other = other_row(stated.row, row); !other.empty()) return other;
  return first_of({other_design(stated.experiment),
                   other_number("loss scale", scale_of(row), stated.experiment.row_scale),
                   other_rate(row, stated.experiment.learning_rate),
                   compared_with_model(row, stated.row, [&](const ModelCounts& model) {
                     // All five have as many (paper_consistency.h).
                     return other_count("masters", model.parameters, record.row.weights);
                   })});
}

}  // namespace harness
