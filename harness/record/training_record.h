#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace harness {

/// A step at which the loss scale changes.
struct ScaleChange {
  std::int64_t step = 0;  ///< 0-based.
  double scale = 1.0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("step", self.step);
    visit("scale", self.scale);
  }
};

/// The loss scale over a training. NaN where no step was trained, or where a scale was infinite.
struct ScaleRecord {
  double first = std::numeric_limits<double>::quiet_NaN();
  double last = std::numeric_limits<double>::quiet_NaN();
  double min = std::numeric_limits<double>::quiet_NaN();
  double max = std::numeric_limits<double>::quiet_NaN();
  std::vector<ScaleChange> changes;  ///< The first kMostSteps of them, in order.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("first", self.first);
    visit("last", self.last);
    visit("min", self.min);
    visit("max", self.max);
    visit("changes", self.changes);
  }
};

/// The minimised loss, unscaled. NaN where it was not finite.
struct LossRecord {
  double first = std::numeric_limits<double>::quiet_NaN();
  double last = std::numeric_limits<double>::quiet_NaN();

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("first", self.first);
    visit("last", self.last);
  }
};

/// Elements of the scaled gradients, counted in every log_interval-th step.
struct GradientsRecord {
  std::int64_t looked_at = 0;
  std::int64_t zeros = 0;
  std::int64_t half_subnormals = 0;  ///< 0 < |g| < 2^-14.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("looked_at", self.looked_at);
    visit("zeros", self.zeros);
    visit("half_subnormals", self.half_subnormals);
  }
};

/// The metrics of one evaluation, in percent. NaN where a metric does not exist.
struct ValidationRecord {
  std::int64_t iteration = 0;  ///< Iterations trained before it.
  double miou = std::numeric_limits<double>::quiet_NaN();
  double macc = std::numeric_limits<double>::quiet_NaN();
  double aacc = std::numeric_limits<double>::quiet_NaN();

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("iteration", self.iteration);
    visit("miou", self.miou);
    visit("macc", self.macc);
    visit("aacc", self.aacc);
  }
};

/// How often each kind of operator ran in each dtype: {"convolution": {"float16": 69}}.
using OperatorCounts = std::map<std::string, std::map<std::string, std::int64_t>>;

/// What TrainingRecord::departures says of a row whose checkpoint has no config, and of every step
/// of the stage `memory`, which reads none.
inline constexpr const char* kWithoutConfig = "the zoo's defaults, for want of a config";

/// What the stage `train` measures of one training (docs/formats.md).
struct TrainingRecord {
  /// Upper limit of the lists of changes and of skipped steps: a training that never settles must
  /// not fill the record.
  static constexpr std::size_t kMostSteps = 4096;

  std::string policy;                 ///< "fp16-master", ...
  std::string scaler;                 ///< Type of the loss scaler: "static", "none", ...
  std::int64_t iterations = 0;        ///< Trained.
  std::int64_t asked_iterations = 0;  ///< To be trained; --iters can ask for fewer than scheduled.
  std::int64_t scheduled_iterations = 0;  ///< By the recipe.
  std::int64_t batch = 0;                 ///< Images of one iteration.
  /// What the suite decided against the config, in words; of a row without one kWithoutConfig.
  std::vector<std::string> departures;
  std::int64_t steps = 0;
  std::int64_t skipped = 0;                 ///< Steps without an update, because of an overflow.
  std::vector<std::int64_t> skipped_steps;  ///< The first kMostSteps of them, 0-based, in order.
  std::int64_t overflows = 0;               ///< Steps in which the overflow check found something.
  std::int64_t non_finite_steps = 0;        ///< Steps whose loss or gradient is not finite.
  std::int64_t applied_non_finite_steps = 0;  ///< Those that were not skipped.
  std::optional<std::int64_t> first_non_finite_step;
  std::int64_t non_finite_weights = 0;  ///< Elements of parameters and buffers, at the end.
  ScaleRecord scale;
  LossRecord loss;
  GradientsRecord gradients;
  std::vector<ValidationRecord> validation;
  double miou = std::numeric_limits<double>::quiet_NaN();  ///< Percent; of the last validation.
  double best_miou = std::numeric_limits<double>::quiet_NaN();
  std::optional<OperatorCounts> census;    ///< Counted in the first step.
  std::optional<std::int64_t> peak_bytes;  ///< All tensors together.
  double seconds = 0.0;
  double data_seconds = 0.0;  ///< The part of it that was spent waiting for images.
  double iterations_per_second =
      std::numeric_limits<double>::quiet_NaN();  ///< Evaluation left out.
  std::optional<std::string> flight;             ///< File name of the report of a failure.
  std::optional<std::string> first_overflow;     ///< File name of that of a step skipped by design.
  std::vector<std::string> nondeterministic_operators;  ///< Operators that LibTorch warned about.

  bool is_whole() const noexcept { return iterations == scheduled_iterations; }

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("policy", self.policy);
    visit("scaler", self.scaler);
    visit("iterations", self.iterations);
    visit("asked_iterations", self.asked_iterations);
    visit("scheduled_iterations", self.scheduled_iterations);
    visit("batch", self.batch);
    visit("departures", self.departures);
    visit("steps", self.steps);
    visit("skipped", self.skipped);
    visit("skipped_steps", self.skipped_steps);
    visit("overflows", self.overflows);
    visit("non_finite_steps", self.non_finite_steps);
    visit("applied_non_finite_steps", self.applied_non_finite_steps);
    visit("first_non_finite_step", self.first_non_finite_step);
    visit("non_finite_weights", self.non_finite_weights);
    visit("scale", self.scale);
    visit("loss", self.loss);
    visit("gradients", self.gradients);
    visit("validation", self.validation);
    visit("miou", self.miou);
    visit("best_miou", self.best_miou);
    visit("census", self.census);
    visit("peak_bytes", self.peak_bytes);
    visit("seconds", self.seconds);
    visit("data_seconds", self.data_seconds);
    visit("iterations_per_second", self.iterations_per_second);
    visit("flight", self.flight);
    visit("first_overflow", self.first_overflow);
    visit("nondeterministic_operators", self.nondeterministic_operators);
  }
};

}  // namespace harness
