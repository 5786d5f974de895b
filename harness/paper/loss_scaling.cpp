#include "harness/paper/loss_scaling.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "models/activation_observer.h"

namespace harness {
namespace {

constexpr double kMinNormal = 0x1p-14;
constexpr double kMinSubnormal = 0x1p-24;
constexpr double kFlushed = 0x1p-25;  // Rounds to 0, ties to even.

constexpr int kFirstExponent = -60;
constexpr int kExponents = 64;

constexpr const char* kActivations = "activations";
constexpr const char* kWeights = "weights";
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

/// Gradients of a batch in one arithmetic. The learning rate is 0: weights stay what they are.
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

std::int64_t count(const torch::Tensor& mask) {
  return mask.sum().item<std::int64_t>();
}

/// What FP32 gradients are, and what became of each of them in half.
struct Tally {
  std::int64_t elements = 0;
  std::int64_t non_zero = 0;
  std::int64_t flushed = 0, below_24 = 0, subnormal = 0;                       // Of FP32.
  std::int64_t scaled_flushed = 0, scaled_below_24 = 0, scaled_subnormal = 0;  // Of FP32 * scale.
  std::int64_t zero_unscaled = 0, zero_scaled = 0;  // In half, where FP32 is not zero.
  std::int64_t non_finite_unscaled = 0, non_finite_scaled = 0;
  double max_abs = 0.0;
  std::array<std::int64_t, kExponents> exponents{};

  void add(const torch::Tensor& exact, const torch::Tensor& unscaled, const torch::Tensor& scaled,
           double scale) {
    const auto magnitude = exact.abs().to(torch::kFloat).reshape({-1});
    const auto present = magnitude != 0;
    elements += magnitude.numel();
    non_zero += count(present);
    flushed += count(present & (magnitude <= kFlushed));
    below_24 += count(present & (magnitude < kMinSubnormal));
    subnormal += count(present & (magnitude < kMinNormal));
    scaled_flushed += count(present & (magnitude * scale <= kFlushed));
    scaled_below_24 += count(present & (magnitude * scale < kMinSubnormal));
    scaled_subnormal += count(present & (magnitude * scale < kMinNormal));
    zero_unscaled += count(present & (unscaled.reshape({-1}) == 0));
    zero_scaled += count(present & (scaled.reshape({-1}) == 0));
    non_finite_unscaled += count(~unscaled.isfinite());
    non_finite_scaled += count(~scaled.isfinite());
    max_abs = std::max(max_abs, static_cast<double>(magnitude.max().item<float>()));
    add_exponents(magnitude.masked_select(present));
  }

  void add_exponents(const torch::Tensor& magnitude) {
    // frexp's mantissa lies in [0.5, 1).
    const auto bins = std::get<1>(torch::frexp(magnitude))
                          .to(torch::kLong)
                          .sub(1 + kFirstExponent)
                          .clamp(0, kExponents - 1);
    const auto counts = bins.bincount({}, kExponents).contiguous();
    for (int i = 0; i < kExponents; ++i) {
      exponents[static_cast<std::size_t>(i)] += counts[i].item<std::int64_t>();
    }
  }

  Json share(std::int64_t part) const { return number_or_null(share_of(part, non_zero)); }

  Json record() const {
    Json counts = Json::array();
    for (int i = 0; i < kExponents; ++i) {
      const auto amount = exponents[static_cast<std::size_t>(i)];
      if (amount > 0) counts.push_back(Json::array({kFirstExponent + i, amount}));
    }
    return {{"elements", elements},
            {"non_zero", non_zero},
            {"max_abs", number_or_null(max_abs)},
            {"exponents", counts},
            {"unscaled",
             {{"flushed", share(flushed)},
              {"below_2^-24", share(below_24)},
              {"below_2^-14", share(subnormal)},
              {"zero_in_half", share(zero_unscaled)},
              {"non_finite_in_half", non_finite_unscaled}}},
            {"scaled",
             {{"flushed", share(scaled_flushed)},
              {"below_2^-24", share(scaled_below_24)},
              {"below_2^-14", share(scaled_subnormal)},
              {"zero_in_half", share(zero_scaled)},
              {"non_finite_in_half", non_finite_scaled}}}};
  }
};

/// The largest gradient of a head's logits beside the largest it can be: a pixel's cross entropy
/// has a gradient of at most 1 per class, the loss is a mean over all pixels, and the bilinear
/// resize gives each logit the gradients of as many pixels as it stands for.
struct LogitBound {
  std::string layer;
  double bound = 0.0;
  double max_abs = 0.0;
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

  Json record() const {
    Json bounds = Json::array();
    for (const auto& [layer, bound] : bounds_) {
      bounds.push_back({{"layer", layer}, {"bound", bound.bound}, {"max_abs", bound.max_abs}});
    }
    return {
        {kActivations, activations_.record()}, {kWeights, weights_.record()}, {"logits", bounds}};
  }

  Chart histogram() const {
    Chart chart;
    chart.title = std::string("Exponents of FP32 gradients (") + to_string(phase_) + ")";
    chart.x.label = "log2 of the magnitude, rounded down";
    chart.y.label = "share of non-zero gradients (%)";
    chart.series = {bars("of activations", activations_), bars("of weights", weights_)};
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

  static ChartSeries bars(const std::string& name, const Tally& tally) {
    ChartSeries series{name, SeriesKind::kBars, {}};
    for (int i = 0; i < kExponents; ++i) {
      const double share = share_of(tally.exponents[static_cast<std::size_t>(i)], tally.non_zero);
      series.points.emplace_back(kFirstExponent + i + 0.5, 100.0 * share);
    }
    return series;
  }

  void add_bound(const std::string& layer, const torch::Tensor& gradient) {
    const double weight =
        layer.rfind("auxiliary", 0) == 0 ? row_.auxiliary_weight : row_.decode_weight;
    LogitBound& bound = bounds_[layer];
    const auto places = gradient.size(0) * gradient.size(2) * gradient.size(3);
    bound.bound = weight / static_cast<double>(places);
    bound.max_abs =
        std::max(bound.max_abs, static_cast<double>(gradient.abs().max().item<float>()));
  }

  const ExperimentRow& row_;
  TrainingPhase phase_;
  Backward exact_, unscaled_, scaled_;
  std::vector<std::string> half_names_;
  Tally activations_, weights_;
  std::map<std::string, LogitBound> bounds_;
};

}  // namespace

ExperimentRecord loss_scaling_experiment(const ExperimentRow& row,
                                         const LossScalingOptions& options) {
  ExperimentRecord record;
  record.settings = {{"batches", options.batches}, {"scale", row.scale}};
  int done = 0;
  for (const auto phase : {TrainingPhase::kStart, TrainingPhase::kPublished}) {
    Phase looked_at(row, phase);
    for (std::size_t i = 0; i < options.batches; ++i) {
      looked_at.add(row.batches[i % row.batches.size()]);
      if (row.progress) row.progress(++done, static_cast<int>(2 * options.batches));
    }
    record.measurements[to_string(phase)] = looked_at.record();
    record.charts.push_back(looked_at.histogram());
  }
  return record;
}

}  // namespace harness
