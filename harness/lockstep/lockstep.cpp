#include "harness/lockstep/lockstep.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "harness/precision/named_tensors.h"
#include "harness/precision/range_census.h"

namespace harness {
namespace {

/// The state of one training after one step that is compared, in double.
struct Trace {
  double loss = 0.0;
  NamedTensors gradients;   ///< Unscaled.
  NamedTensors weights;     ///< The optimizer's.
  NamedTensors replayed;    ///< The weights that the recipe's SGD in FP64 computes from them.
  NamedTensors statistics;  ///< Batch norm's.
};

NamedTensors in_double(const NamedTensors& tensors, double factor) {
  NamedTensors copies;
  for (const auto& [name, tensor] : tensors) {
    copies.emplace_back(name, tensor.detach().to(torch::kDouble) * factor);
  }
  return copies;
}

NamedTensors statistics_of(const torch::nn::Module& model) {
  NamedTensors tensors;
  for (const auto& entry : model.named_buffers()) {
    if (entry.value().is_floating_point()) tensors.emplace_back(entry.key(), entry.value());
  }
  return in_double(tensors, 1.0);
}

/// L2 norms, tensor by tensor.
std::vector<double> norms_of(const NamedTensors& tensors) {
  std::vector<torch::Tensor> values;
  for (const auto& entry : tensors) values.push_back(entry.second);
  // One transfer: on a GPU each would wait for all that was queued.
  const auto norms = torch::stack(at::_foreach_norm(values, 2)).cpu();
  const auto* first = norms.const_data_ptr<double>();
  return {first, first + norms.numel()};
}

/// L2 norms of a - b, tensor by tensor.
std::vector<double> distances(const NamedTensors& a, const NamedTensors& b) {
  TORCH_CHECK(a.size() == b.size(), "lockstep: expected ", b.size(), " tensors, got ", a.size());
  NamedTensors differences;
  for (std::size_t i = 0; i < a.size(); ++i) {
    TORCH_CHECK(a[i].first == b[i].first, "lockstep: expected ", b[i].first, ", got ", a[i].first);
    differences.emplace_back(a[i].first, a[i].second - b[i].second);
  }
  return norms_of(differences);
}

double total(const std::vector<double>& norms) {
  double sum = 0.0;
  for (const double norm : norms) sum += norm * norm;
  return std::sqrt(sum);
}

/// Elements that are 0 here but not in FP64: rounding alone gives none.
std::int64_t count_flushed(const NamedTensors& gradients, const NamedTensors& exact) {
  std::vector<torch::Tensor> counts;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    counts.push_back((gradients[i].second == 0).logical_and(exact[i].second != 0).sum());
  }
  return torch::stack(counts).sum().item<std::int64_t>();
}

/// One of the five trainings.
class Lane {
 public:
  Lane(const models::EncoderDecoderOptions& options, const models::StateDict& initial,
       const models::LossOptions& losses, torch::Device device)
      : model_(options), losses_(losses) {
    models::load_state_dict(*model_, initial);
    model_->to(device);
    model_->train();
  }
  virtual ~Lane() = default;
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  StepRecord run(const torch::Tensor& images, const torch::Tensor& labels, double lr,
                 const SgdOptions& recipe) {
    if (trace.replayed.empty()) trace.replayed = weights();
    const auto record = train(images, labels, lr);
    if (!record.skipped) replay(lr, recipe);
    trace.loss = record.loss;
    trace.weights = weights();
    trace.statistics = statistics_of(*model_);
    return record;
  }

  /// Performs a skipped step.
  void hold(const torch::Tensor& images, const torch::Tensor& labels) {
    const auto before = step().state();
    const auto held = weights();
    if (trace.replayed.empty()) trace.replayed = held;
    trace.loss = train(images, labels, 0.0).loss;
    const torch::NoGradGuard no_grad;
    copy_by_name(held, step().optimized());
    step().restore(before);
    trace.weights = held;
    trace.statistics = statistics_of(*model_);
  }

  models::EncoderDecoder model() const { return model_; }
  NamedTensors weights() { return in_double(step().optimized(), 1.0); }
  Trace trace;

 protected:
  virtual StepRecord train(const torch::Tensor& images, const torch::Tensor& labels, double lr) = 0;
  virtual TrainingStep& step() = 0;

  ForwardLosses forward() {
    return [this](const torch::Tensor& images, const torch::Tensor& labels) {
      return models::segmentation_losses(model_, images, labels, losses_);
    };
  }
  void see(const StepGradients& gradients) {
    trace.gradients = in_double(gradients.named, 1.0 / gradients.scale);
  }
  void replay(double lr, const SgdOptions& recipe) {
    const torch::NoGradGuard no_grad;
    const bool is_first = momentum_.empty();
    for (std::size_t i = 0; i < trace.replayed.size(); ++i) {
      auto& [name, weight] = trace.replayed[i];
      const auto decayed = trace.gradients[i].second + recipe.weight_decay * weight;
      if (is_first) {
        momentum_.push_back(decayed);
      } else {
        momentum_[i] = recipe.momentum * momentum_[i] + decayed;
      }
      weight = weight - lr * momentum_[i];
    }
  }

  models::EncoderDecoder model_;
  models::LossOptions losses_;
  std::vector<torch::Tensor> momentum_;  ///< The replay's.
};

class PolicyLane : public Lane {
 public:
  PolicyLane(const models::EncoderDecoderOptions& model, const models::StateDict& initial,
             const models::LossOptions& losses, torch::Device device,
             const TrainingOptions& arithmetic)
      : Lane(model, initial, losses, device), step_(model_.ptr(), forward(), arithmetic) {
    step_.set_gradient_hook([this](const StepGradients& gradients) {
      if (hook) hook(gradients);
      RangeTally tally;
      for (const auto& entry : gradients.named) tally.add(entry.second);
      scaled = tally.total();
      see(gradients);
    });
  }
  GradientHook hook;
  RangeCensus scaled;

 protected:
  StepRecord train(const torch::Tensor& images, const torch::Tensor& labels, double lr) override {
    return step_.run(images, labels, lr);
  }
  TrainingStep& step() override { return step_; }

 private:
  TrainingStep step_;
};

class RoundedLane : public Lane {
 public:
  RoundedLane(const models::EncoderDecoderOptions& model, const models::StateDict& initial,
              const LockstepOptions& options, int digits)
      : Lane(model, initial, options.losses, options.device),
        training_(model_, forward(), options.recipe, digits) {}

 protected:
  StepRecord train(const torch::Tensor& images, const torch::Tensor& labels, double lr) override {
    return training_.run(images, labels, lr,
                         [this](const StepGradients& gradients) { see(gradients); });
  }
  TrainingStep& step() override { return training_.step(); }

 private:
  RoundedTraining training_;
};

TrainingOptions in_fp32(const SgdOptions& sgd) {
  TrainingOptions options;
  options.sgd = sgd;
  return options;
}

}  // namespace

class Lockstep::Impl {
 public:
  Impl(const models::EncoderDecoderOptions& model, const models::StateDict& initial,
       const LockstepOptions& options)
      : policy(model, initial, options.losses, options.device, options.arithmetic),
        fp32_(model, initial, options.losses, options.device, in_fp32(options.recipe)),
        fp64_(model, initial, options, significant_digits(Policy::kFp64)),
        twin_(model, initial, options, significant_digits(options.arithmetic.policy)),
        fp32_twin_(model, initial, options, significant_digits(Policy::kFp32)),
        unit_roundoff_(std::ldexp(1.0, -significant_digits(options.arithmetic.policy))),
        recipe_(options.recipe),
        initial_weights_(fp64_.weights()),
        initial_statistics_(statistics_of(*fp64_.model())) {}

  LockstepStep run(const torch::Tensor& images, const torch::Tensor& labels, double lr);

  PolicyLane policy;

 private:
  LockstepLosses losses() const;
  LockstepGradients gradients() const;
  LockstepDistances distances_of_step() const;
  /// Distances from FP64's `part`, or from each training's own `baseline`. norms: of FP64's
  /// tensors.
  LockstepDistance distance(NamedTensors Trace::*part, const std::vector<double>& norms,
                            NamedTensors Trace::*baseline = nullptr) const;
  LockstepWorstTensor worst_tensor(const NamedTensors& tensors, const std::vector<double>& norms,
                                   const std::vector<double>& ours,
                                   const std::vector<double>& twins) const;

  PolicyLane fp32_;
  RoundedLane fp64_, twin_, fp32_twin_;
  const double unit_roundoff_;
  const SgdOptions recipe_;
  const NamedTensors initial_weights_, initial_statistics_;
};

LockstepLosses Lockstep::Impl::losses() const {
  return {fp64_.trace.loss, policy.trace.loss, twin_.trace.loss, fp32_.trace.loss,
          fp32_twin_.trace.loss};
}

LockstepWorstTensor Lockstep::Impl::worst_tensor(const NamedTensors& tensors,
                                                 const std::vector<double>& norms,
                                                 const std::vector<double>& ours,
                                                 const std::vector<double>& twins) const {
  std::size_t worst = 0;
  double ratio = 0.0;
  for (std::size_t i = 0; i < norms.size(); ++i) {
    const double yardstick = twins[i] + unit_roundoff_ * norms[i];
    // NaN wins: it would lose every comparison.
    if (ours[i] == 0.0 || ours[i] / yardstick <= ratio) continue;
    worst = i;
    ratio = ours[i] / yardstick;
    if (!std::isfinite(ratio)) break;
  }
  return {tensors[worst].first, ratio};
}

LockstepDistance Lockstep::Impl::distance(NamedTensors Trace::*part,
                                          const std::vector<double>& norms,
                                          NamedTensors Trace::*baseline) const {
  const auto of = [&](const Lane& lane) {
    return distances(lane.trace.*part,
                     baseline == nullptr ? fp64_.trace.*part : lane.trace.*baseline);
  };
  const auto ours = of(policy);
  const auto twins = of(twin_);
  return {total(norms),          total(ours),
          total(twins),          total(of(fp32_)),
          total(of(fp32_twin_)), worst_tensor(fp64_.trace.*part, norms, ours, twins)};
}

LockstepDistances Lockstep::Impl::distances_of_step() const {
  const Trace& reference = fp64_.trace;
  const auto moved = distances(reference.weights, initial_weights_);
  return {distance(&Trace::gradients, norms_of(reference.gradients)),
          distance(&Trace::weights, moved), distance(&Trace::weights, moved, &Trace::replayed),
          distance(&Trace::statistics, distances(reference.statistics, initial_statistics_))};
}

LockstepGradients Lockstep::Impl::gradients() const {
  return {policy.scaled.elements, policy.scaled.zeros, policy.scaled.half_subnormals,
          count_flushed(policy.trace.gradients, fp64_.trace.gradients)};
}

LockstepStep Lockstep::Impl::run(const torch::Tensor& images, const torch::Tensor& labels,
                                 double lr) {
  const auto record = policy.run(images, labels, lr, recipe_);
  for (Lane* lane : std::initializer_list<Lane*>{&fp64_, &twin_, &fp32_, &fp32_twin_}) {
    if (record.skipped) {
      lane->hold(images, labels);
    } else {
      lane->run(images, labels, lr, recipe_);
    }
  }
  return {record.step,    lr,       record.scale, record.overflow,
          record.skipped, losses(), gradients(),  distances_of_step()};
}

Lockstep::Lockstep(const models::EncoderDecoderOptions& model, const models::StateDict& initial,
                   const LockstepOptions& options)
    : impl_(std::make_unique<Impl>(model, initial, options)) {}

Lockstep::~Lockstep() = default;

LockstepStep Lockstep::run(const torch::Tensor& images, const torch::Tensor& labels, double lr) {
  return impl_->run(images, labels, lr);
}

void Lockstep::set_gradient_hook(GradientHook hook) {
  impl_->policy.hook = std::move(hook);
}

models::EncoderDecoder Lockstep::model() const {
  return impl_->policy.model();
}

}  // namespace harness
