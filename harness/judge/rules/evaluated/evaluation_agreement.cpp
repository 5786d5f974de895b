#include "harness/judge/rules/evaluated/evaluation_agreement.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "harness/arithmetic/element_type.h"
#include "harness/base/number_text.h"
#include "harness/judge/counts.h"
#include "harness/judge/rules/evaluated/network_facts.h"
#include "harness/table/forward_layers.h"
#include "harness/table/model_cost.h"

namespace harness {
namespace {

using Counts = std::vector<std::int64_t>;

std::string other_count(std::string_view what, std::int64_t found, std::int64_t expected) {
  if (found == expected) return "";
  return fmt::format("{} {}, expected {}", count_text(found), what, count_text(expected));
}

std::int64_t layers_of(const ForwardRecord& forward, const char* kind) {
  const auto types = forward.census.find(kind);
  if (types == forward.census.end()) return 0;
  std::int64_t layers = 0;
  for (const auto& [type, count] : types->second) layers += count;
  return layers;
}

/// Pixels of the logits' map of one image; 0 where they are no whole number.
std::int64_t logits_map(const EvaluationRecord& record, const NetworkFacts& network) {
  const std::int64_t values = record.images * network.classes;
  return record.logits.elements % values == 0 ? record.logits.elements / values : 0;
}

/// Pixels by class: of the labels, of those that are predicted rightly, and of the union of both.
struct ClassCounts {
  explicit ClassCounts(std::size_t classes) : labels(classes), both(classes), either(classes) {}
  Counts labels, both, either;
};

ClassCounts class_counts(const EvaluationRecord& record) {
  ClassCounts counts(record.confusion.size());
  for (std::size_t label = 0; label < record.confusion.size(); ++label) {
    counts.both[label] = record.confusion[label][label];
    for (std::size_t prediction = 0; prediction < record.confusion.size(); ++prediction) {
      const std::int64_t pixels = record.confusion[label][prediction];
      counts.labels[label] += pixels;
      counts.either[label] += pixels;
      if (prediction != label) counts.either[prediction] += pixels;
    }
  }
  return counts;
}

Counts sum_of(const ParityRecord& parity, Counts PairedCounts::*counts) {
  Counts sums;
  for (const auto& image : parity.per_image) {
    const Counts& one = image.*counts;
    sums.resize(one.size());
    for (std::size_t i = 0; i < one.size(); ++i) sums[i] += one[i];
  }
  return sums;
}

/// Of the pixels of one label.
struct Changes {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

/// Pixels by predicted class, in two arithmetics.
Changes changes_of(const Counts& half, const Counts& reference) {
  std::int64_t differing = 0;
  std::int64_t pixels = 0;
  std::int64_t largest = 0;
  for (std::size_t i = 0; i < half.size(); ++i) {
    differing += std::abs(half[i] - reference[i]);
    pixels += half[i];
    largest = std::max(largest, half[i] + reference[i]);
  }
  return {(differing + 1) / 2, pixels - std::max<std::int64_t>(largest - pixels, 0)};
}

/// Both are finite and as many.
std::string other_magnitudes(const ActivationsRecord& one, const ActivationsRecord& other) {
  constexpr double kMostOfLargest = 1.5;
  constexpr double kMostOfSmall = 0.01;
  if (one.non_finite > 0 || other.non_finite > 0) return "";
  const auto [low, high] = std::minmax(one.max_abs, other.max_abs);
  if (high > kMostOfLargest * low) {
    return fmt::format("the largest activation is {}, and {}", short_text(one.max_abs),
                       short_text(other.max_abs));
  }
  const auto small = [](const ActivationsRecord& seen) {
    return static_cast<double>(seen.zeros + seen.half_subnormals);
  };
  const double differing = std::abs(small(one) - small(other));
  if (differing <= kMostOfSmall * static_cast<double>(one.elements)) return "";
  return fmt::format("{} activations of {} are small, and {}", short_text(small(one), 12),
                     count_text(one.elements), short_text(small(other), 12));
}

std::string forward_disagreement(const EvaluationRecord& one, const EvaluationRecord& other) {
  if (!one.forward || !other.forward) return "";
  const ActivationsRecord& ours = one.forward->activations;
  const ActivationsRecord& theirs = other.forward->activations;
  return first_of({other_count("images with activations", ours.images, theirs.images),
                   other_count("activations", ours.elements, theirs.elements),
                   other_magnitudes(ours, theirs)});
}

std::string other_logits(const EvaluationRecord& record, const NetworkFacts& network) {
  if (logits_map(record, network) > 0) return "";
  return fmt::format("{} cannot be those of {} classes and {} of one size",
                     plural(record.logits.elements, "logit"), network.classes,
                     plural(record.images, "image"));
}

std::string missed_layers(const EvaluationRecord& record, const NetworkFacts& network) {
  const ForwardRecord& forward = *record.forward;
  const std::int64_t map = logits_map(record, network) / network.logits_over_backbone;
  const std::int64_t least = forward.activations.images * network.backbone_channels * map;
  return first_of(
      {other_count("convolutions", layers_of(forward, "convolution"), network.convolutions),
       other_count("batch norms", layers_of(forward, "batch_norm"), network.norms),
       forward.activations.elements >= least
           ? ""
           : fmt::format("{}, the backbone alone has {}",
                         plural(forward.activations.elements, "activation"), count_text(least))});
}

/// The layers that the record names.
std::string other_layer(const ActivationsRecord& seen, const ForwardLayers& layers, Policy policy) {
  if (!seen.max_abs_layer) return "no layer is named as that of the largest activation";
  for (const auto& layer : {seen.max_abs_layer, seen.first_non_finite_layer}) {
    if (layer && !layers.has(*layer)) {
      return fmt::format("no layer of the network that runs is called \"{}\"", *layer);
    }
  }
  const ElementType type = facts(policy).compute;
  const bool is_of_type =
      !layers.convolutions.contains(*seen.max_abs_layer) || represents(type, seen.max_abs);
  if (is_of_type || !std::isfinite(seen.max_abs)) return "";
  return fmt::format("the convolution {} computes in {}, which cannot hold {}", *seen.max_abs_layer,
                     to_string(type), short_text(seen.max_abs, 17));
}

/// What the network's weights take, without those of the auxiliary head, which need not be loaded.
std::int64_t weight_bytes(const ModelSpec& spec, Policy policy) {
  std::int64_t bytes = 0;
  for (const auto& tensor : state_dict_layout(spec)) {
    if (tensor.name.starts_with("auxiliary_head.")) continue;
    const bool is_norm = tensor.kind != TensorSpec::Kind::kConvolution;
    std::int64_t size = bytes_of(is_norm ? facts(policy).norm : facts(policy).weights);
    for (const auto side : tensor.shape) size *= side;
    bytes += size;
  }
  return bytes;
}

std::string other_memory(const ForwardRecord& forward, const ModelSpec& spec, Policy policy) {
  const std::int64_t weights = weight_bytes(spec, policy);
  if (forward.peak_bytes >= weights) return "";
  return fmt::format("a peak of {}, its weights alone have {}", plural(forward.peak_bytes, "byte"),
                     count_text(weights));
}

/// Whether all that is not finite can be in images that were not compared with FP64.
bool can_be_elsewhere(const EvaluationRecord& evaluation, std::int64_t compared) {
  if (evaluation.images <= 0) return false;
  const std::int64_t of_image = evaluation.logits.elements / evaluation.images;
  return evaluation.logits.non_finite <= (evaluation.images - compared) * of_image;
}

std::string lost_logits(double rmse, const LogitsDistanceRecord& compared,
                        const EvaluationRecord& evaluation) {
  if (!std::isfinite(rmse)) {
    return evaluation.logits.non_finite > 0 ? "" : "no distance of logits that are finite";
  }
  if (evaluation.logits.non_finite > 0 && !can_be_elsewhere(evaluation, compared.images)) {
    return "a distance of logits that are not finite";
  }
  const double rms = compared.rms;
  if (!evaluation.forward || evaluation.forward->activations.max_abs >= rms - rmse) return "";
  return fmt::format("no activation above {}, logits have a root mean square of {}",
                     short_text(evaluation.forward->activations.max_abs), short_text(rms));
}

/// The record has looked inside the network.
std::string of_forward(const EvaluationRecord& record, const NetworkFacts& network,
                       const ModelSpec& spec, Policy policy) {
  return first_of({missed_layers(record, network),
                   other_layer(record.forward->activations, forward_layers(spec), policy),
                   other_memory(*record.forward, spec, policy)});
}

}  // namespace

std::string other_network(const EvaluationRecord& record, const ModelSpec& spec, Policy policy) {
  if (record.images <= 0) return "";
  const NetworkFacts network = network_facts(spec);
  const bool is_whole = record.protocol == "whole";
  return first_of({other_count("classes", record.classes, network.classes),
                   is_whole ? other_logits(record, network) : "",
                   record.forward ? of_forward(record, network, spec, policy) : ""});
}

std::string disagreement(const EvaluationRecord& one, const EvaluationRecord& other) {
  auto defect = first_of({other_count("images", one.images, other.images),
                          other_count("pixels", one.pixels, other.pixels),
                          other_count("classes", one.classes, other.classes)});
  if (!defect.empty()) return defect;
  if (class_counts(one).labels != class_counts(other).labels) return "other labels";
  if (one.protocol != other.protocol) return "";
  defect = other_count("logits", one.logits.elements, other.logits.elements);
  return defect.empty() ? forward_disagreement(one, other) : defect;
}

std::string disagreement(const ParityRecord& parity, ComparedSide side,
                         const EvaluationRecord& evaluation) {
  const bool is_half = side == ComparedSide::kHalf;
  if (evaluation.images != parity.images || evaluation.pixels != parity.pixels) {
    return fmt::format("it compares {} with {}, the evaluation saw {} with {}",
                       plural(parity.images, "image"), plural(parity.pixels, "pixel"),
                       plural(evaluation.images, "image"), plural(evaluation.pixels, "pixel"));
  }
  const double miou = is_half ? parity.miou : parity.miou_reference;
  if (!(std::abs(evaluation.miou - miou) <= kLastPoints)) {
    return fmt::format("its mIoU is {}, the evaluation's {}", fixed_text(miou, 3),
                       fixed_text(evaluation.miou, 3));
  }
  const ClassCounts counts = class_counts(evaluation);
  const auto both = is_half ? &PairedCounts::intersect : &PairedCounts::intersect_reference;
  const auto either = is_half ? &PairedCounts::unite : &PairedCounts::unite_reference;
  if (sum_of(parity, both) != counts.both || sum_of(parity, either) != counts.either) {
    return "its pixels by class are not the evaluation's";
  }
  return lost_logits(is_half ? parity.logits.rmse : parity.logits.rmse_reference, parity.logits,
                     evaluation);
}

std::string disagreement(const ParityRecord& parity, const EvaluationRecord& half,
                         const EvaluationRecord& reference) {
  if (half.confusion.size() != reference.confusion.size()) return "";  // Each is of the network.
  Changes changes;
  for (std::size_t label = 0; label < half.confusion.size(); ++label) {
    const Changes of_label = changes_of(half.confusion[label], reference.confusion[label]);
    changes.least += of_label.least;
    changes.most += of_label.most;
  }
  if (changes.least <= parity.changed_pixels && parity.changed_pixels <= changes.most) return "";
  return fmt::format("{} changed class, by the two evaluations {} to {} did",
                     plural(parity.changed_pixels, "pixel"), count_text(changes.least),
                     count_text(changes.most));
}

std::string other_data(const EvaluationRecord& record, const DataSpec& data) {
  if (data.images == 0) return "";
  return other_count("images", record.images, data.images);
}

}  // namespace harness
