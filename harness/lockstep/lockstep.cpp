#include "harness/lockstep/lockstep.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "harness/precision/named_tensors.h"
#include "harness/precision/range_census.h"

namespace harness {
namespace {

/// Tensors in the type that they were stored in: at full size, doubles of them all would be most of
/// a lockstep's memory.
struct Values {
  NamedTensors tensors;
  double factor = 1.0;

  std::size_t size() const { return tensors.size(); }
  const std::string& name(std::size_t i) const { return tensors[i].first; }
  /// The tensor times the factor, in double.
  torch::Tensor in_double(std::size_t i) const {
    return tensors[i].second.detach().to(torch::kDouble) * factor;
  }
};

/// The state of one training after one step that is compared.
struct Trace {
  double loss = 0.0;
  Values gradients;   ///< The factor unscales them.
  Values weights;     ///< The optimizer's own, not copied.
  Values replayed;    ///< The weights that the recipe's SGD in FP64 computes from them.
  Values statistics;  ///< Batch norm's.
};

Values copies_in_double(const NamedTensors& tensors) {
  Values copies;
  for (const auto& [name, tensor] : tensors) {
    copies.tensors.emplace_back(
        name, tensor.detach().to(torch::kDouble, /*non_blocking=*/false, /*copy=*/true));
  }
  return copies;
}

Values statistics_of(const torch::nn::Module& model) {
  NamedTensors tensors;
  for (const auto& entry : model.named_buffers()) {
    if (entry.value().is_floating_point()) tensors.emplace_back(entry.key(), entry.value());
  }
  return copies_in_double(tensors);
}

/// Numbers of tensors of one element.
std::vector<double> numbers_of(const std::vector<torch::Tensor>& tensors) {
  // One transfer: on a GPU each would wait for all that was queued.
  const auto numbers = torch::stack(tensors).cpu();
  const auto* first = numbers.const_data_ptr<double>();
  return {first, first + numbers.numel()};
}

/// L2 norms, tensor by tensor.
std::vector<double> norms_of(const Values& values) {
  std::vector<torch::Tensor> norms;
  for (std::size_t i = 0; i < values.size(); ++i) {
    norms.push_back(torch::linalg_vector_norm(values.in_double(i)));
  }
  return numbers_of(norms);
}

/// L2 norms of a - b, tensor by tensor.
std::vector<double> distances(const Values& a, const Values& b) {
  TORCH_CHECK(a.size() == b.size(), "lockstep: expected ", b.size(), " tensors, got ", a.size());
  std::vector<torch::Tensor> norms;
  for (std::size_t i = 0; i < a.size(); ++i) {
    TORCH_CHECK(a.name(i) == b.name(i), "lockstep: expected ", b.name(i), ", got ", a.name(i));
    norms.push_back(torch::linalg_vector_norm(a.in_double(i) - b.in_double(i)));
  }
  return numbers_of(norms);
}

double total(const std::vector<double>& norms) {
  double sum = 0.0;
  for (const double norm : norms) sum += norm * norm;
  return std::sqrt(sum);
}

/// Elements that are 0 here but not in FP64: rounding alone gives none.
std::int64_t count_flushed(const Values& gradients, const Values& exact) {
  std::vector<torch::Tensor> counts;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    counts.push_back((gradients.in_double(i) == 0).logical_and(exact.in_double(i) != 0).sum());
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
    begin_replay();
    const auto record = train(images, labels, lr);
    if (!record.skipped && is_replayed) replay(lr, recipe);
    trace.loss = record.loss;
    trace.weights = {step().optimized()};
    trace.statistics = statistics_of(*model_);
    return record;
  }

  /// Performs a skipped step.
  void hold(const torch::Tensor& images, const torch::Tensor& labels) {
    const auto before = step().state();
    const auto held = weights();
    begin_replay();
    trace.loss = train(images, labels, 0.0).loss;
    const torch::NoGradGuard no_grad;
    copy_by_name(held.tensors, step().optimized());
    step().restore(before);
    trace.weights = {step().optimized()};
    trace.statistics = statistics_of(*model_);
  }

  models::EncoderDecoder model() const { return model_; }
  Values weights() { return copies_in_double(step().optimized()); }
  Trace trace;
  bool is_replayed = true;

 protected:
  virtual StepRecord train(const torch::Tensor& images, const torch::Tensor& labels, double lr) = 0;
  virtual TrainingStep& step() = 0;

  ForwardLosses forward() {
    return [this](const torch::Tensor& images, const torch::Tensor& labels) {
      return models::segmentation_losses(model_, images, labels, losses_);
    };
  }
  void see(const StepGradients& gradients) {
    trace.gradients = {{}, 1.0 / gradients.scale};
    for (const auto& [name, gradient] : gradients.named) {
      trace.gradients.tensors.emplace_back(name, gradient.detach().clone());
    }
  }
  void begin_replay() {
    if (is_replayed && trace.replayed.tensors.empty()) trace.replayed = weights();
  }
  void replay(double lr, const SgdOptions& recipe) {
    const torch::NoGradGuard no_grad;
    const bool is_first = momentum_.empty();
    for (std::size_t i = 0; i < trace.replayed.size(); ++i) {
      auto& weight = trace.replayed.tensors[i].second;
      const auto decayed = trace.gradients.in_double(i) + recipe.weight_decay * weight;
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
        initial_statistics_(statistics_of(*fp64_.model())) {
    fp64_.is_replayed = false;  // Its updates are compared with nothing.
  }

  LockstepStep run(const torch::Tensor& images, const torch::Tensor& labels, double lr);

  PolicyLane policy;

 private:
  LockstepLosses losses() const;
  LockstepGradients gradients() const;
  LockstepDistances distances_of_step() const;
  /// Distances from FP64's `part`, or from each training's own `baseline`. norms: of FP64's
  /// tensors.
  LockstepDistance distance(Values Trace::*part, const std::vector<double>& norms,
                            Values Trace::*baseline = nullptr) const;
  LockstepWorstTensor worst_tensor(const Values& values, const std::vector<double>& norms,
                                   const std::vector<double>& ours,
                                   const std::vector<double>& twins) const;

  PolicyLane fp32_;
  RoundedLane fp64_, twin_, fp32_twin_;
  const double unit_roundoff_;
  const SgdOptions recipe_;
  const Values initial_weights_, initial_statistics_;
};

LockstepLosses Lockstep::Impl::losses() const {
  return {fp64_.trace.loss, policy.trace.loss, twin_.trace.loss, fp32_.trace.loss,
          fp32_twin_.trace.loss};
}

LockstepWorstTensor Lockstep::Impl::worst_tensor(const Values& values,
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
  return {values.name(worst), ratio};
}

LockstepDistance Lockstep::Impl::distance(Values Trace::*part, const std::vector<double>& norms,
                                          Values Trace::*baseline) const {
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

std::int64_t lockstep_bytes(std::int64_t parameters) noexcept {
  constexpr std::int64_t kStates = (2 * 2 + 3 * 4) + 3 * 4 + 3 * 3 * 8;
  constexpr std::int64_t kInitial = 8;
  constexpr std::int64_t kGradients = 3 * 8 + 2 * 4;
  constexpr std::int64_t kReplays = 4 * 2 * 8;
  return (kStates + kInitial + kGradients + kReplays + kOfALockstepsStep) * parameters;
}

}  // namespace harness
