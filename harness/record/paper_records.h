#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/record/fields.h"

/// What the experiments on arXiv 1710.03740v3 measure and with what settings (docs/paper.md).
/// Counts are of elements unless their comment says otherwise.
namespace harness {

/// part / whole; NaN unless 0 <= part <= whole and whole > 0, and no threshold lets that pass.
inline double share_of(std::int64_t part, std::int64_t whole) noexcept {
  if (whole <= 0 || part < 0 || part > whole) return kNotMeasured;
  return static_cast<double>(part) / static_cast<double>(whole);
}

/// The settings that every experiment takes from its row.
struct RowSettings {
  std::vector<std::int64_t> batch;  ///< Shape of the images: N, 3, H, W.
  std::int64_t batches = 0;         ///< Read once and used in turn.
  double momentum = kNotMeasured;
  double weight_decay = kNotMeasured;
  bool pretrained = false;  ///< The backbone starts from published weights.
  double dropout = 0.0;
  std::string device;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("batch", self.batch);
    visit("batches", self.batches);
    visit("momentum", self.momentum);
    visit("weight_decay", self.weight_decay);
    visit("pretrained", self.pretrained);
    visit("dropout", self.dropout);
    visit("device", self.device);
  }
};

/// Experiment::settings. R: the settings of one experiment, below.
template <Record R>
struct ExperimentSettings {
  RowSettings row;
  R experiment;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("row", self.row);
    visit("experiment", self.experiment);
  }
};

// master-weights

struct MasterWeightsSettings {
  std::int64_t steps = 0;                        ///< In each phase.
  double scale = kNotMeasured;                   ///< The row's loss scale.
  double part_of_training_start = kNotMeasured;  ///< 0 to 1: where the learning rate is taken from.
  double part_of_training_published = kNotMeasured;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("steps", self.steps);
    visit("scale", self.scale);
    visit("part_of_training_start", self.part_of_training_start);
    visit("part_of_training_published", self.part_of_training_published);
  }
};

/// What becomes of w - u, rounded to half, for every positive normal half w, in both directions,
/// with u just below, at and just above half the distance to w's neighbour. Above 65504 the
/// distance is that of its binade.
struct UpdateCensus {
  std::int64_t weights = 0;           ///< 30 binades of 1024.
  std::int64_t cases = 0;             ///< Pairs of weight and direction.
  std::int64_t below_moved = 0;       ///< Updates below half the distance that moved the weight.
  std::int64_t above_lost = 0;        ///< Updates above it that did not.
  std::int64_t ties_lost = 0;         ///< Updates of exactly half the distance that were lost, ...
  std::int64_t even_weights = 0;      ///< ... which those of weights with an even last bit must be.
  double smallest_lost_ratio = 0.0;   ///< |w| / |u| over all lost updates of normal weights, ...
  double largest_moving_ratio = 0.0;  ///< ... and over all that moved one.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("weights", self.weights);
    visit("cases", self.cases);
    visit("below_moved", self.below_moved);
    visit("above_lost", self.above_lost);
    visit("ties_lost", self.ties_lost);
    visit("even_weights", self.even_weights);
    visit("smallest_lost_ratio", self.smallest_lost_ratio);
    visit("largest_moving_ratio", self.largest_moving_ratio);
  }
};

/// Updates that are not 0, summed over steps, and those that left a half weight where it was.
struct LostUpdates {
  std::int64_t updates = 0;
  std::int64_t lost = 0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("updates", self.updates);
    visit("lost", self.lost);
  }
};

/// Updates of FP32 masters, summed over steps, and those that moved one.
struct MasterUpdates {
  std::int64_t updates = 0;
  std::int64_t moved = 0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("updates", self.updates);
    visit("moved", self.moved);
  }
};

/// Weights after the last step, compared with where they started.
struct WeightsAfter {
  std::int64_t masters_moved = 0;
  std::int64_t half_alone_moved = 0;
  std::int64_t drifted = 0;  ///< The master, rounded to half, has left its start.
  std::int64_t stuck = 0;    ///< Drifted weights that never moved in half alone.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("masters_moved", self.masters_moved);
    visit("half_alone_moved", self.half_alone_moved);
    visit("drifted", self.drifted);
    visit("stuck", self.stuck);
  }
};

/// A training with masters, and half weights alone that get the same gradients.
struct MasterWeightsPhase {
  double learning_rate = kNotMeasured;
  std::int64_t weights = 0;  ///< Elements that the model holds in half.
  std::int64_t steps = 0;
  std::vector<double> losses;  ///< One for each step, of the training with masters.
  LostUpdates first_step;
  LostUpdates all_steps;
  LostUpdates below_2048;  ///< |weight| / |update| below 2048; normal weights only.
  LostUpdates between;     ///< From 2048 on and below 4096.
  LostUpdates above_4096;  ///< From 4096 on.
  MasterUpdates masters;
  WeightsAfter after;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("learning_rate", self.learning_rate);
    visit("weights", self.weights);
    visit("steps", self.steps);
    visit("losses", self.losses);
    visit("first_step", self.first_step);
    visit("all_steps", self.all_steps);
    visit("below_2048", self.below_2048);
    visit("between", self.between);
    visit("above_4096", self.above_4096);
    visit("masters", self.masters);
    visit("after", self.after);
  }
};

struct MasterWeightsRecord {
  UpdateCensus constructed;
  MasterWeightsPhase start;
  MasterWeightsPhase published;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("constructed", self.constructed);
    visit("start", self.start);
    visit("published", self.published);
  }
};

// loss-scaling

struct LossScalingSettings {
  std::int64_t batches = 0;     ///< Examined in each phase.
  double scale = kNotMeasured;  ///< The row's loss scale.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("batches", self.batches);
    visit("scale", self.scale);
  }
};

/// Gradients that are not 0 in FP32, by their magnitude in FP32 (times the scale, where the half
/// backward pass has one), and what a half backward pass makes of them.
struct GradientFate {
  std::int64_t flushed = 0;             ///< At most 2^-25: rounds to 0.
  std::int64_t below_2_24 = 0;          ///< Below the smallest half.
  std::int64_t below_2_14 = 0;          ///< Below the smallest normal half.
  std::int64_t zero_in_half = 0;        ///< 0 in the half backward pass.
  std::int64_t non_finite_in_half = 0;  ///< Counted over all gradients, zeros included.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("flushed", self.flushed);
    visit("below_2^-24", self.below_2_24);
    visit("below_2^-14", self.below_2_14);
    visit("zero_in_half", self.zero_in_half);
    visit("non_finite_in_half", self.non_finite_in_half);
  }
};

struct GradientCensus {
  std::int64_t elements = 0;
  std::int64_t non_zero = 0;      ///< Gradients that are not 0 in FP32.
  double max_abs = kNotMeasured;  ///< The largest magnitude in FP32.
  /// Floor of log2 of the magnitude in FP32, clamped to -60 and 3, and how many gradients have it;
  /// only values that occur.
  std::vector<std::pair<std::int64_t, std::int64_t>> exponents;
  GradientFate unscaled;
  GradientFate scaled;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("elements", self.elements);
    visit("non_zero", self.non_zero);
    visit("max_abs", self.max_abs);
    visit("exponents", self.exponents);
    visit("unscaled", self.unscaled);
    visit("scaled", self.scaled);
  }
};

/// The largest gradient of a head's logits, and the largest it can be: a pixel's cross entropy has
/// a gradient of at most 1 per class, the loss is a mean over all pixels, and the bilinear resize
/// gives each logit the gradients of as many pixels as it covers.
struct LogitBound {
  std::string layer;
  double bound = kNotMeasured;
  double max_abs = kNotMeasured;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("layer", self.layer);
    visit("bound", self.bound);
    visit("max_abs", self.max_abs);
  }
};

struct LossScalingPhase {
  GradientCensus activations;  ///< Gradients of what convolutions compute.
  GradientCensus weights;      ///< Gradients of the parameters that a half model holds in half.
  std::vector<LogitBound> logits;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("activations", self.activations);
    visit("weights", self.weights);
    visit("logits", self.logits);
  }
};

struct LossScalingRecord {
  LossScalingPhase start;
  LossScalingPhase published;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("start", self.start);
    visit("published", self.published);
  }
};

// fp32-accumulation

struct AccumulationSettings {
  double off = kNotMeasured;  ///< A channel's relative error from which its statistics are off.
  std::int64_t dot_product_seed = 0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("off", self.off);
    visit("dot_product_seed", self.dot_product_seed);
  }
};

/// A dot product of positive halves, in three arithmetics.
struct DotProductRecord {
  std::int64_t length = 0;
  double exact = kNotMeasured;       ///< Computed in FP64.
  double half = kNotMeasured;        ///< Rounded to half after each addition.
  bool half_overflows = false;       ///< `half` is infinite: null in JSON, as its error is.
  double single = kNotMeasured;      ///< Summed in FP32, rounded to half once.
  double half_error = kNotMeasured;  ///< Relative to `exact`, like single_error.
  double single_error = kNotMeasured;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("length", self.length);
    visit("exact", self.exact);
    visit("half", self.half);
    visit("half_overflows", self.half_overflows);
    visit("single", self.single);
    visit("half_error", self.half_error);
    visit("single_error", self.single_error);
  }
};

/// The mean of `count` equal values.
struct EqualValuesMean {
  double value = kNotMeasured;
  std::int64_t count = 0;
  double half_mean = kNotMeasured;  ///< Every operation rounded to half.
  bool half_overflows = false;      ///< `half_mean` is infinite: null in JSON.
  double single_mean = kNotMeasured;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("value", self.value);
    visit("count", self.count);
    visit("half_mean", self.half_mean);
    visit("half_overflows", self.half_overflows);
    visit("single_mean", self.single_mean);
  }
};

/// What the kernels that run the rows compute for sums that half cannot hold.
struct KernelSums {
  std::string convolution;                ///< The active half convolution.
  std::int64_t ones = 0;                  ///< Length of a dot product of ones, ...
  double sum_of_ones = kNotMeasured;      ///< ... and what a half convolution computes for it.
  double value = kNotMeasured;            ///< The values of a channel, ...
  std::int64_t count = 0;                 ///< ... how many there are, ...
  double batch_norm_mean = kNotMeasured;  ///< ... and what half batch norm computes as their mean.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("convolution", self.convolution);
    visit("ones", self.ones);
    visit("sum_of_ones", self.sum_of_ones);
    visit("value", self.value);
    visit("count", self.count);
    visit("batch_norm_mean", self.batch_norm_mean);
  }
};

/// Batch norm's statistics over what one convolution of the row computes. An error is the larger of
/// the mean's in standard deviations and the variance's relative one; null where it is infinite.
struct LayerStatistics {
  std::string layer;
  std::int64_t count = 0;       ///< Values in a channel.
  std::int64_t channels = 0;    ///< Those that vary: the others have no scale to measure by.
  std::int64_t half_off = 0;    ///< Channels that are off when accumulated in half ...
  std::int64_t single_off = 0;  ///< ... and in FP32.
  double half_worst = 0.0;
  double single_worst = 0.0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("layer", self.layer);
    visit("count", self.count);
    visit("channels", self.channels);
    visit("half_off", self.half_off);
    visit("single_off", self.single_off);
    visit("half_worst", self.half_worst);
    visit("single_worst", self.single_worst);
  }
};

struct AccumulationRecord {
  std::vector<DotProductRecord> dot_products;
  std::vector<EqualValuesMean> statistics;
  KernelSums kernels;
  std::vector<LayerStatistics> activations;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("dot_products", self.dot_products);
    visit("statistics", self.statistics);
    visit("kernels", self.kernels);
    visit("activations", self.activations);
  }
};

// overflow

struct OverflowSettings {
  double scale = kNotMeasured;  ///< The one that is too large.
  std::int64_t dynamic_steps = 0;
  std::int64_t static_steps = 0;
  double row_scale = kNotMeasured;
  double learning_rate = kNotMeasured;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("scale", self.scale);
    visit("dynamic_steps", self.dynamic_steps);
    visit("static_steps", self.static_steps);
    visit("row_scale", self.row_scale);
    visit("learning_rate", self.learning_rate);
  }
};

struct ScaledStep {
  double scale = kNotMeasured;      ///< Factor of the loss in this step.
  double loss = kNotMeasured;       ///< Not finite where the step computed none.
  double grad_norm = kNotMeasured;  ///< L2, not finite where a gradient is not.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("scale", self.scale);
    visit("loss", self.loss);
    visit("grad_norm", self.grad_norm);
  }
};

/// One training under one scaler. Steps are numbered from 0.
struct ScaledTraining {
  std::int64_t steps = 0;
  std::int64_t weights = 0;                  ///< Elements of the masters.
  std::int64_t overflows = 0;                ///< Steps with a gradient that is not finite.
  std::int64_t skipped = 0;                  ///< Steps.
  std::optional<std::int64_t> last_skipped;  ///< Null: none was.
  std::optional<std::int64_t> first_ruined;  ///< The first after which a master is not finite.
  std::int64_t ruined = 0;                   ///< Masters that are not finite at the end.
  std::vector<ScaledStep> trace;             ///< One entry for each step.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("steps", self.steps);
    visit("weights", self.weights);
    visit("overflows", self.overflows);
    visit("skipped", self.skipped);
    visit("last_skipped", self.last_skipped);
    visit("first_ruined", self.first_ruined);
    visit("ruined", self.ruined);
    visit("trace", self.trace);
  }
};

struct OverflowRecord {
  std::int64_t batches = 0;     ///< Used in turn: so many steps see all of them.
  ScaledTraining mmcv_dynamic;  ///< Too large a scale, mmcv's dynamic scaler.
  ScaledTraining grad_scaler;   ///< Too large a scale, torch's GradScaler, fp16-amp.
  ScaledTraining unguarded;     ///< Too large a static scale, no overflow check.
  ScaledTraining guarded;       ///< The same with the check.
  ScaledTraining row;           ///< The row's own scale, no overflow check.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("batches", self.batches);
    visit("mmcv-dynamic", self.mmcv_dynamic);
    visit("grad-scaler", self.grad_scaler);
    visit("unguarded", self.unguarded);
    visit("guarded", self.guarded);
    visit("row", self.row);
  }
};

}  // namespace harness
