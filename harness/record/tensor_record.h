#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

/// One tensor of a state dict, without its values.
struct TensorRecord {
  std::string name;
  std::string dtype;  ///< "float16", "float32", "int64", ...
  std::vector<std::int64_t> shape;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("name", self.name);
    visit("dtype", self.dtype);
    visit("shape", self.shape);
  }
};

/// The role of a tensor of a state dict, as far as mixed precision is concerned.
enum class TensorRole {
  kConvolution,     ///< Weights and biases of convolutions: half in a half-trained model.
  kNormParameter,   ///< Batch norm's weight and bias: learnt, kept in float.
  kNormStatistics,  ///< running_mean and running_var: gathered, kept in float.
  kCounter,         ///< num_batches_tracked.
};
std::string_view to_string(TensorRole role) noexcept;  ///< "convolution", "norm_parameter", ...

/// Roles determined from the file itself, without a model: the counter and the statistics by their
/// names, a norm's parameters by the statistics beside them or a weight of one dimension; the rest
/// are convolutions.
class TensorRoles {
 public:
  explicit TensorRoles(const std::vector<TensorRecord>& state_dict);

  TensorRole of(const std::string& name) const;

 private:
  std::map<std::string, bool> is_norm_;  ///< Keyed by the module's name.
};

}  // namespace harness
