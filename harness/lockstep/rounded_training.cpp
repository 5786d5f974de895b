#include "harness/lockstep/rounded_training.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>

#include <fmt/format.h>

#include "harness/precision/named_tensors.h"

namespace harness {
namespace {

constexpr int kDoubleDigits = std::numeric_limits<double>::digits;
constexpr int kFloatDigits = std::numeric_limits<float>::digits;

void round_in_place(const torch::Tensor& values, int digits) {
  // Not detach(): its versions are counted together with the tensor's, and autograd would refuse
  // to use what it saved.
  auto data = values.variable_data();
  data.copy_(rounded(data, digits));
}

/// Names of the parameters that every policy keeps in float.
std::set<std::string> norm_parameters(const torch::nn::Module& model) {
  std::set<std::string> names;
  for (const auto& entry : model.named_modules("", /*include_self=*/false)) {
    if (entry.value()->as<torch::nn::BatchNorm2d>() == nullptr) continue;
    for (const auto& parameter : entry.value()->named_parameters(/*recurse=*/false)) {
      names.insert(fmt::format("{}.{}", entry.key(), parameter.key()));
    }
  }
  return names;
}

}  // namespace

torch::Tensor rounded(const torch::Tensor& values, int digits) {
  TORCH_CHECK(values.scalar_type() == torch::kDouble && digits >= 1 && digits <= kDoubleDigits,
              "rounded: expected double and 1 to 53 digits, got ", values.scalar_type(), " and ",
              digits);
  if (digits == kDoubleDigits) return values;
  const auto stretched = values * (std::ldexp(1.0, kDoubleDigits - digits) + 1.0);
  return stretched - (stretched - values);
}

/// Rounds the result of every layer in place, and its gradient in the backward pass.
class RoundedTraining::Observer : public models::ActivationObserver {
 public:
  explicit Observer(int digits) : digits_(digits) {}
  void observe(std::string_view, const torch::Tensor& activation) override {
    round_in_place(activation, digits_);
    if (!activation.requires_grad()) return;
    activation.register_hook(
        [digits = digits_](const torch::Tensor& gradient) { return rounded(gradient, digits); });
  }

 private:
  int digits_;
};

RoundedTraining::RoundedTraining(models::EncoderDecoder model, ForwardLosses forward,
                                 const SgdOptions& sgd, int digits)
    : model_(std::move(model)), forward_(std::move(forward)), digits_(digits) {
  TrainingOptions options;
  options.policy = Policy::kFp64;
  options.sgd = sgd;
  step_ = std::make_unique<TrainingStep>(
      model_.ptr(),
      [this](const torch::Tensor& images, const torch::Tensor& labels) {
        if (!rounds()) return forward_(images, labels);
        Observer observer(digits_);
        const models::ObservationScope scope(*model_, observer);
        return forward_(rounded(images, digits_), labels);
      },
      options);
}

RoundedTraining::~RoundedTraining() = default;

bool RoundedTraining::rounds() const noexcept {
  return digits_ < kDoubleDigits;
}

NamedTensors RoundedTraining::round_weights() {
  const torch::NoGradGuard no_grad;
  const auto norms = norm_parameters(*model_);
  NamedTensors kept;
  for (const auto& [name, weight] : step_->optimized()) {
    if (norms.count(name) > 0) continue;
    kept.emplace_back(name, weight.clone());
    round_in_place(weight, digits_);
  }
  return kept;
}

void RoundedTraining::round_storage() {
  const torch::NoGradGuard no_grad;
  for (const auto& entry : step_->optimized()) round_in_place(entry.second, kFloatDigits);
  for (const auto& buffer : model_->buffers()) {
    if (buffer.is_floating_point()) round_in_place(buffer, kFloatDigits);
  }
}

StepRecord RoundedTraining::run(const torch::Tensor& images, const torch::Tensor& labels, double lr,
                                const GradientHook& hook) {
  const auto kept = rounds() ? round_weights() : NamedTensors();
  step_->set_gradient_hook([&](const StepGradients& gradients) {
    copy_by_name(kept, step_->optimized());
    const NamedTensors targets = gradients.named;
    for (const auto& [name, gradient] : targets) {
      const bool is_low = std::any_of(kept.begin(), kept.end(),
                                      [&n = name](const auto& entry) { return entry.first == n; });
      if (is_low) round_in_place(gradient, digits_);
    }
    hook(gradients);
  });
  const auto record = step_->run(images, labels, lr);
  if (rounds()) round_storage();
  return record;
}

}  // namespace harness
