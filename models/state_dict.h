#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <torch/nn/module.h>
#include <torch/types.h>

namespace models {

/// Names and tensors in order.
using StateDict = std::vector<std::pair<std::string, torch::Tensor>>;

/// Parameters and buffers in the order of PyTorch's Module.state_dict(): of each module its
/// parameters, its buffers, then its children as registered. The tensors are the module's own.
StateDict state_dict(const torch::nn::Module& module);

/// A state dict does not fit a module. what() lists everything, with expected and actual shapes.
class StateDictMismatch : public std::runtime_error {
 public:
  StateDictMismatch(std::vector<std::string> missing_keys, std::vector<std::string> unexpected_keys,
                    std::vector<std::string> misshaped_keys);

  const std::vector<std::string>& missing() const noexcept { return missing_; }
  const std::vector<std::string>& unexpected() const noexcept { return unexpected_; }
  /// "name: expected [2, 3], got [3, 2]".
  const std::vector<std::string>& misshaped() const noexcept { return misshaped_; }

 private:
  std::vector<std::string> missing_;
  std::vector<std::string> unexpected_;
  std::vector<std::string> misshaped_;
};

/// Copies `source` into the module's tensors, each cast to the dtype the module has: a half file
/// into a float model is widened, a float file into a half model rounded. A leading "module." of a
/// key is dropped. To load a half model as mmcv does, change its dtypes first and load then, so
/// that batch norm keeps the file's FP32 values. Throws StateDictMismatch, without having changed
/// anything, for a missing, unexpected or twice given key or another shape.
void load_state_dict(torch::nn::Module& module, const StateDict& source);

/// Loads a classification backbone: as load_state_dict, but "fc." keys are ignored and missing
/// num_batches_tracked keep their value (mmcv 1.3.14 load_checkpoint with strict=False, less what
/// it would let pass in silence).
void load_pretrained_backbone(torch::nn::Module& backbone, const StateDict& source);

}  // namespace models
