#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/types.h>

namespace models {

/// Sees intermediate tensors while a model runs. Called on the thread that runs the model; a tensor
/// is only what it was during the call: an in-place ReLU or addition may change it afterwards.
class ActivationObserver {
 public:
  virtual ~ActivationObserver() = default;

  /// The result of a convolution, a norm, an addition, a pooling or a resize. layer: its dotted
  /// path in the observed module, "backbone.layer1.0.conv1", "backbone.layer1.0.add".
  virtual void observe(std::string_view layer, const torch::Tensor& activation) = 0;

  /// What goes into a convolution, before any cast that autocast inserts.
  virtual void observe_conv_input(std::string_view layer, const torch::Tensor& input);
};

/// While it lives, `observer` sees what the layers of `root` compute on this thread; layers of
/// other modules are not reported. Scopes nest: the inner one hides the outer one.
class ObservationScope {
 public:
  ObservationScope(const torch::nn::Module& root, ActivationObserver& observer);
  ~ObservationScope();
  ObservationScope(const ObservationScope&) = delete;
  ObservationScope& operator=(const ObservationScope&) = delete;

 private:
  friend void observe(const torch::nn::Module&, std::string_view, const torch::Tensor&);
  friend void observe_conv_input(const torch::nn::Module&, const torch::Tensor&);

  std::unordered_map<const torch::nn::Module*, std::string> names_;
  ActivationObserver& observer_;
  ObservationScope* outer_;
};

/// Whether an observer is active on this thread.
bool is_observed();

/// Reports `activation` as the path of `module`, with ".part" behind it where `part` is not empty.
/// Costs one check of a pointer when nothing observes.
void observe(const torch::nn::Module& module, std::string_view part,
             const torch::Tensor& activation);
void observe_conv_input(const torch::nn::Module& convolution, const torch::Tensor& input);

/// Runs a layer and reports its result (and, of a convolution, its input).
torch::Tensor run_observed(torch::nn::Conv2dImpl& convolution, const torch::Tensor& input);
torch::Tensor run_observed(torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& input);

}  // namespace models
