#include "harness/paper/loss_scaling.h"
#include "harness/paper/masks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "models/activation_observer.h"

namespace harness {
namespace {

constexpr double kMinSubnormal = 0x1p-24;
constexpr double kFlushed = 0x1p-25;  // Rounds to 0, ties to even.

constexpr int kFirstExponent = -60;
constexpr int kExponents = 64;

/// The layer that gives logits, in every head of the zoo.
constexpr const char* kLogits = "conv_seg";

/// Gradients of one backward pass, by name, unscaled only where `scale` says so.
struct Gradients {
  std::map<std::string, torch::Tensor> activations;
  NamedTensors weights;
};

/// Keeps the gradient of what each convolution computes.
class GradientCollector : public models::ActivationObserver {
 public:
  GradientCollector(const torch::nn::Module& root, std::map<std::string, torch::Tensor>& gradients)
      : gradients_(gradients) {
    for (const auto& module : root.named_modules()) {
      if (module.value()->as<torch::nn::Conv2dImpl>() != nullptr) {
        convolutions_.insert({module.key(), true});
      }
    }
  }
  void observe(std::string_view layer, const torch::Tensor& activation) override {
    const std::string name(layer);
    if (convolutions_.count(name) == 0 || !activation.requires_grad()) return;
    activation.register_hook([&gradients = gradients_, name](const torch::Tensor& gradient) {
      gradients[name] = gradient.detach().clone();
    });
  }

 private:
  std::map<std::string, bool> convolutions_;
  std::map<std::string, torch::Tensor>& gradients_;
};

/// Gradients of a batch in one arithmetic. The learning rate is 0, so the weights do not change.
class Backward {
 public:
  Backward(ExperimentModel model, const TrainingOptions& options)
      : model_(std::move(model)),
        step_(
            model_.module,
            [this](const torch::Tensor& images, const torch::Tensor& labels) {
              GradientCollector collector(*model_.module, found_.activations);
              const models::ObservationScope scope(*model_.module, collector);
              return model_.losses(images, labels);
            },
            options) {
    step_.set_gradient_hook([this](const StepGradients& gradients) {
      for (const auto& [name, gradient] : gradients.named) {
        found_.weights.emplace_back(name, gradient.clone());
      }
    });
  }
  const torch::nn::Module& module() const { return *model_.module; }
  Gradients of(const ExperimentBatch& batch) {
    found_ = {};
    step_.run(batch.images, batch.labels, /*lr=*/0.0);
    return std::move(found_);
  }

 private:
  ExperimentModel model_;
  Gradients found_;
  TrainingStep step_;
};

/// Counts FP32 gradients by magnitude, and what each of them becomes in half.
class Tally {
 public:
  void add(const torch::Tensor& exact, const torch::Tensor& unscaled, const torch::Tensor& scaled,
           double scale) {
    const auto magnitude = exact.abs().to(torch::kFloat).reshape({-1});
    const auto present = magnitude != 0;
    census_.elements += magnitude.numel();
    census_.non_zero += count_true(present);
    const double largest = magnitude.max().item<float>();
    census_.max_abs = std::isnan(census_.max_abs) ? largest : std::max(census_.max_abs, largest);
    add_fate(magnitude, present, unscaled, census_.unscaled);
    add_fate(magnitude * scale, present, scaled, census_.scaled);
    add_exponents(magnitude.masked_select(present));
  }

  GradientCensus census() const {
    GradientCensus census = census_;
    for (int i = 0; i < kExponents; ++i) {
      const auto amount = exponents_[static_cast<std::size_t>(i)];
      if (amount > 0) census.exponents.emplace_back(kFirstExponent + i, amount);
    }
    return census;
  }

  ChartSeries bars(const std::string& name) const {
    ChartSeries series{name, SeriesKind::kBars, {}};
    for (int i = 0; i < kExponents; ++i) {
      const double share = share_of(exponents_[static_cast<std::size_t>(i)], census_.non_zero);
      series.points.emplace_back(kFirstExponent + i + 0.5, 100.0 * share);
    }
    return series;
  }

 private:
  /// magnitude: in FP32, multiplied by what the half backward pass was.
  static void add_fate(const torch::Tensor& magnitude, const torch::Tensor& present,
                       const torch::Tensor& half, GradientFate& fate) {
    fate.flushed += count_true(present & (magnitude <= kFlushed));
    fate.below_2_24 += count_true(present & (magnitude < kMinSubnormal));
    fate.below_2_14 += count_true(present & (magnitude < kMinNormal));
    fate.zero_in_half += count_true(present & (half.reshape({-1}) == 0));
    fate.non_finite_in_half += count_true(~half.isfinite());
  }

  void add_exponents(const torch::Tensor& magnitude) {
    // frexp's mantissa is in [0.5, 1).
    const auto bins = std::get<1>(torch::frexp(magnitude))
                          .to(torch::kLong)
                          .sub(1 + kFirstExponent)
                          .clamp(0, kExponents - 1);
    const auto counts = bins.bincount({}, kExponents).contiguous();
    for (int i = 0; i < kExponents; ++i) {
      exponents_[static_cast<std::size_t>(i)] += counts[i].item<std::int64_t>();
    }
  }

  GradientCensus census_;  ///< Without the exponents.
  std::array<std::int64_t, kExponents> exponents_{};
};

class Phase {
 public:
  Phase(const ExperimentRow& row, TrainingPhase phase)
      : row_(row),
        phase_(phase),
        exact_(row.model(phase), single_options(row)),
        unscaled_(row.model(phase), half_options(row, ScalerOptions{})),
        scaled_(row.model(phase), half_options(row, static_scale(row.scale))),
        half_names_(half_parameters(unscaled_.module())) {}

  void add(const ExperimentBatch& batch) {
    const Gradients exact = exact_.of(batch);
    const Gradients unscaled = unscaled_.of(batch);
    const Gradients scaled = scaled_.of(batch);
    TORCH_CHECK(!exact.activations.empty(), "expected gradients of convolutions, saw none");
    for (const auto& [layer, gradient] : exact.activations) {
      activations_.add(gradient, unscaled.activations.at(layer), scaled.activations.at(layer),
                       row_.scale);
      if (layer.find(kLogits) != std::string::npos) add_bound(layer, gradient);
    }
    weights_.add(line_of(exact.weights, half_names_), line_of(unscaled.weights, half_names_),
                 line_of(scaled.weights, half_names_), row_.scale);
  }

  LossScalingPhase record() const {
    LossScalingPhase record{activations_.census(), weights_.census(), {}};
    for (const auto& [layer, bound] : bounds_) record.logits.push_back(bound);
    return record;
  }

  Chart histogram() const {
    Chart chart;
    chart.title = fmt::format("Exponents of FP32 gradients ({})", to_string(phase_));
    chart.x.label = "log2 of the magnitude, rounded down";
    chart.y.label = "share of non-zero gradients (%)";
    chart.series = {activations_.bars("of activations"), weights_.bars("of weights")};
    const double shift = std::log2(row_.scale);
    chart.marks = {{true, -24.0, "2^-24"}, {true, -24.0 - shift, "2^-24 / scale"}};
    return chart;
  }

 private:
  static TrainingOptions single_options(const ExperimentRow& row) {
    TrainingOptions options;
    options.policy = Policy::kFp32;
    options.sgd = row.sgd;
    return options;
  }

  void add_bound(const std::string& layer, const torch::Tensor& gradient) {
    const double weight =
        layer.rfind("auxiliary", 0) == 0 ? row_.auxiliary_weight : row_.decode_weight;
    LogitBound& bound = bounds_[layer];
    const auto places = gradient.size(0) * gradient.size(2) * gradient.size(3);
    const double largest = gradient.abs().max().item<float>();
    bound.layer = layer;
    bound.bound = weight / static_cast<double>(places);
    bound.max_abs = std::isnan(bound.max_abs) ? largest : std::max(bound.max_abs, largest);
  }

  const ExperimentRow& row_;
  TrainingPhase phase_;
  Backward exact_, unscaled_, scaled_;
  std::vector<std::string> half_names_;
  Tally activations_, weights_;
  std::map<std::string, LogitBound> bounds_;
};

}  // namespace

ExperimentOutcome<LossScalingRecord, LossScalingSettings> loss_scaling_experiment(
    const ExperimentRow& row, const LossScalingOptions& options) {
  ExperimentOutcome<LossScalingRecord, LossScalingSettings> outcome;
  outcome.settings = {static_cast<std::int64_t>(options.batches), row.scale};
  int done = 0;
  const auto look_at = [&](TrainingPhase phase) {
    Phase looked_at(row, phase);
    for (std::size_t i = 0; i < options.batches; ++i) {
      looked_at.add(row.batches[i % row.batches.size()]);
      if (row.progress) row.progress(++done, static_cast<int>(2 * options.batches));
    }
    outcome.charts.push_back(looked_at.histogram());
    return looked_at.record();
  };
  outcome.measured.start = look_at(TrainingPhase::kStart);
  outcome.measured.published = look_at(TrainingPhase::kPublished);
  return outcome;
}

}  // namespace harness
