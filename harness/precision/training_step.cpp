#include "harness/precision/training_step.h"

#include <cfloat>
#include <cmath>

#include "harness/precision/dtype_name.h"
#include "harness/precision/named_tensors.h"
#include "harness/precision/policy.h"

namespace harness {
namespace {

void lay_out_channels_last(torch::nn::Module& module) {
  for (auto& parameter : module.parameters()) {
    // For a depthwise weight both layouts are the same bytes, and only with the default strides
    // does LibTorch leave the choice to the input.
    if (parameter.dim() != 4 || parameter.size(1) == 1) continue;
    parameter.set_data(parameter.detach().contiguous(torch::MemoryFormat::ChannelsLast));
  }
}

}  // namespace

class TrainingStep::Impl {
 public:
  Impl(std::shared_ptr<torch::nn::Module> module, ForwardLosses forward,
       const TrainingOptions& options);

  StepRecord run(const torch::Tensor& images, const torch::Tensor& labels, double lr);
  TrainingState state() const;
  void restore(const TrainingState& state);
  const torch::Tensor& momentum() const noexcept { return sgd_.momentum_buffer(); }

  std::shared_ptr<torch::nn::Module> module;
  ForwardLosses forward;
  TrainingOptions options;
  LossScaler scaler;
  GradientHook hook;
  std::int64_t steps = 0, skipped = 0;
  NamedTensors optimized;

 private:
  bool has_masters() const { return facts(options.policy).has_masters(); }
  void prepare();
  torch::Tensor backward(const torch::Tensor& images, const torch::Tensor& labels,
                         NamedTensors& values);
  void read(const NamedTensors& values, const torch::Tensor& total,
            const std::vector<LaterRead>& later, StepRecord& record) const;
  bool overflowed(double scaled_norm) const;
  void apply(const StepRecord& record, double lr);

  std::unique_ptr<FlatParameters> parameters_;
  // The optimizer's weights and gradients: lines of FlatParameters. Without masters they are its
  // own buffers.
  torch::Tensor weights_, gradients_;
  NamedTensors gradient_views_;
  Sgd sgd_;
};

TrainingStep::Impl::Impl(std::shared_ptr<torch::nn::Module> module_, ForwardLosses forward_,
                         const TrainingOptions& options_)
    : module(std::move(module_)),
      forward(std::move(forward_)),
      options(options_),
      scaler(options_.scaler),
      sgd_(options_.sgd) {
  require_sensible(options);
  const torch::NoGradGuard no_grad;
  prepare();
  optimized = parameters_->views(weights_);
  gradient_views_ = parameters_->views(gradients_);
}

void TrainingStep::Impl::prepare() {
  const auto before = has_masters() ? float_copies(*module) : NamedTensors();
  apply_for_inference(*module, options.policy);
  if (has_masters() && !options.quirks.wrap_rounds_norm) {
    copy_by_name(before, float_tensors(*module));
  }
  if (options.channels_last) lay_out_channels_last(*module);
  parameters_ = std::make_unique<FlatParameters>(*module);
  if (!has_masters()) {
    weights_ = parameters_->values();
    gradients_ = parameters_->gradients();
    return;
  }
  const auto line = torch::TensorOptions(scalar_type(facts(options.policy).optimizer))
                        .device(module->parameters().front().device());
  weights_ = torch::zeros({parameters_->size()}, line);
  gradients_ = torch::zeros({parameters_->size()}, line);
  copy_by_name(before, parameters_->views(weights_));
}

torch::Tensor TrainingStep::Impl::backward(const torch::Tensor& images, const torch::Tensor& labels,
                                           NamedTensors& values) {
  {
    const AutocastScope autocast(options.policy, images.device().type());
    const auto layout =
        options.channels_last ? torch::MemoryFormat::ChannelsLast : torch::MemoryFormat::Preserve;
    const auto input = images.to(input_dtype(options.policy), /*non_blocking=*/false,
                                 /*copy=*/false, layout);
    values = forward(input, labels);
  }
  torch::Tensor total;
  for (const auto& [name, value] : values) {
    if (name.find("loss") == std::string::npos) continue;
    const auto mean = value.mean();
    total = total.defined() ? total + mean : mean;
  }
  TORCH_CHECK(total.defined(), "the forward pass named no loss");
  const bool scaled = options.scaler.type != ScalerType::kNone;
  (scaled ? total * scaler.scale() : total).backward();
  return total;
}

void TrainingStep::Impl::read(const NamedTensors& values, const torch::Tensor& total,
                              const std::vector<LaterRead>& later, StepRecord& record) const {
  std::vector<torch::Tensor> numbers;
  for (const auto& [name, value] : values) {
    numbers.push_back(value.detach().mean().to(torch::kDouble));
  }
  numbers.push_back(total.detach().to(torch::kDouble));
  // Double: squares of finite floats do not overflow, so that it is finite when all gradients are.
  numbers.push_back(
      torch::linalg_vector_norm(gradients_, 2, std::nullopt, /*keepdim=*/false, torch::kDouble));
  // One transfer: on a GPU each would wait for all that was queued.
  std::vector<torch::Tensor> parts = {torch::stack(numbers)};
  for (const auto& one : later) parts.push_back(one.values.detach().to(torch::kDouble));
  const auto host = torch::cat(parts).cpu();
  const auto* number = host.const_data_ptr<double>();
  for (const auto& [name, value] : values) record.losses.emplace_back(name, *number++);
  record.loss = *number++;
  record.grad_norm = *number++;
  for (const auto& one : later) {
    one.see({number, number + one.values.numel()});
    number += one.values.numel();
  }
}

bool TrainingStep::Impl::overflowed(double scaled_norm) const {
  if (!skips_overflows(options)) return false;
  if (!std::isfinite(scaled_norm)) return true;
  // mmcv looks at the float sum of each gradient, which may overflow where no element is infinite;
  // a sum is at most sqrt(n) norms.
  if (scaler.type() != ScalerType::kMmcvDynamic ||
      scaled_norm * std::sqrt(static_cast<double>(gradients_.numel())) < FLT_MAX) {
    return false;
  }
  for (const auto& entry : gradient_views_) {
    if (!std::isfinite(entry.second.sum().item<float>())) return true;
  }
  return false;
}

void TrainingStep::Impl::apply(const StepRecord& record, double lr) {
  switch (scaler.type()) {
    case ScalerType::kNone:
      break;
    case ScalerType::kStatic:
    case ScalerType::kMmcvDynamic:
      gradients_.div_(scaler.scale());
      break;
    case ScalerType::kGradScaler:
    case ScalerType::kGradScalerPinned:
      gradients_.mul_(scaler.inverse_scale());
      break;
  }
  if (options.max_grad_norm) {
    // torch's clamp(max=1) propagates NaN, which std::fmin would turn into 1.
    const double factor = *options.max_grad_norm / (record.grad_norm + 1e-6);
    gradients_.mul_(factor > 1.0 ? 1.0 : factor);
  }
  sgd_.step(weights_, gradients_, lr);
  if (!has_masters()) return;
  parameters_->copy_values_from(weights_);
  if (!options.keep_masters) parameters_->copy_values_to(weights_);
}

StepRecord TrainingStep::Impl::run(const torch::Tensor& images, const torch::Tensor& labels,
                                   double lr) {
  StepRecord record;
  record.step = steps;
  record.scale = scaler.scale();
  parameters_->zero_gradients();
  NamedTensors values;
  const auto total = backward(images, labels, values);
  const torch::NoGradGuard no_grad;
  parameters_->collect_gradients();
  if (has_masters()) parameters_->copy_gradients_to(gradients_);
  std::vector<LaterRead> later;
  if (hook) hook({gradients_, gradient_views_, record.scale, &later});
  read(values, total, later, record);
  record.overflow = record.skipped = overflowed(record.grad_norm);
  record.grad_norm /= record.scale;
  if (!record.skipped) apply(record, lr);
  scaler.update(record.overflow);
  ++steps;
  if (record.skipped) ++skipped;
  return record;
}

TrainingState TrainingStep::Impl::state() const {
  TrainingState state;
  state.steps = steps;
  state.skipped = skipped;
  state.scaler = scaler.state();
  const auto& momentum = sgd_.momentum_buffer();
  if (momentum.defined()) state.momentum = on_cpu(parameters_->views(momentum));
  if (has_masters() && !options.quirks.masters_not_saved) state.masters = on_cpu(optimized);
  return state;
}

void TrainingStep::Impl::restore(const TrainingState& state) {
  const torch::NoGradGuard no_grad;
  scaler.restore(state.scaler);
  torch::Tensor momentum;
  if (!state.momentum.empty() && !options.quirks.momentum_lost_on_resume) {
    momentum = torch::zeros_like(weights_);
    assign(state.momentum, parameters_->views(momentum), "momentum");
  }
  sgd_.set_momentum_buffer(momentum);
  if (has_masters()) {
    if (state.masters.empty() || options.quirks.masters_not_saved) {
      parameters_->copy_values_to(weights_);
    } else {
      assign(state.masters, optimized, "master weights");
    }
  }
  steps = state.steps;
  skipped = state.skipped;
}

TrainingStep::TrainingStep(std::shared_ptr<torch::nn::Module> module, ForwardLosses forward,
                           const TrainingOptions& options)
    : impl_(std::make_unique<Impl>(std::move(module), std::move(forward), options)) {}

TrainingStep::~TrainingStep() = default;

StepRecord TrainingStep::run(const torch::Tensor& images, const torch::Tensor& labels, double lr) {
  return impl_->run(images, labels, lr);
}

void TrainingStep::set_gradient_hook(GradientHook hook) {
  impl_->hook = std::move(hook);
}

TrainingState TrainingStep::state() const {
  return impl_->state();
}

void TrainingStep::restore(const TrainingState& state) {
  impl_->restore(state);
}

const LossScaler& TrainingStep::scaler() const noexcept {
  return impl_->scaler;
}

std::int64_t TrainingStep::steps() const noexcept {
  return impl_->steps;
}

std::int64_t TrainingStep::skipped() const noexcept {
  return impl_->skipped;
}

const TrainingOptions& TrainingStep::options() const noexcept {
  return impl_->options;
}

const NamedTensors& TrainingStep::optimized() const noexcept {
  return impl_->optimized;
}

const torch::Tensor& TrainingStep::momentum() const noexcept {
  return impl_->momentum();
}

}  // namespace harness
