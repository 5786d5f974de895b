#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/record/form.h"

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

  static FieldDefect form_defect(const TensorRecord& tensor) {
    const bool has_sides = std::ranges::all_of(tensor.shape, [](auto side) { return side >= 0; });
    return first_defect({name_defect("dtype", tensor.dtype),
                         has_sides ? FieldDefect{} : FieldDefect{"shape", "a side is below 0"}});
  }
};

/// The role of a tensor of a state dict, as far as mixed precision is concerned.
enum class TensorRole {
  kConvolution,     ///< Weights and biases of convolutions: half in a half-trained model.
  kOtherWeight,     ///< Any other weight: linear, recurrent, embedding, PReLU, position, ...
  kNormParameter,   ///< Batch norm's weight and bias: learnt, kept in float.
  kNormStatistics,  ///< running_mean and running_var: gathered, kept in float.
  kCounter,         ///< num_batches_tracked.
  kIndex,           ///< No weights: tables of integers, attention masks, observers' bounds.
};
std::string_view to_string(TensorRole role) noexcept;  ///< "convolution", "norm_parameter", ...

/// Roles read off the file itself, without a model: the counter and the statistics by their names,
/// a norm's parameters by the statistics beside them or by a weight and a bias of one dimension, a
/// convolution by a `weight` of three dimensions or more. PReLU has a weight of one dimension and
/// no bias; LSTM's, linear and embedding weights have two. An attention mask is a table of floats
/// that is called one ("attn_mask"; what prunes weights is called "weight_mask"); the bounds of an
/// observer are "min_val" and "max_val" beside each other, or one of them in what is called an
/// observer.
class TensorRoles {
 public:
  explicit TensorRoles(const std::vector<TensorRecord>& state_dict);

  TensorRole of(const std::string& name) const;

 private:
  /// What a module's tensors say of it.
  struct Module {
    bool has_statistics = false;
    bool has_vector_weight = false;
    bool has_vector_bias = false;
    bool has_kernel = false;  ///< A weight of three dimensions or more.
    bool has_minimum = false;
    bool has_maximum = false;
  };

  std::map<std::string, Module> modules_;  ///< By name.
  std::set<std::string> integers_;
  std::set<std::string> masks_;
};

}  // namespace harness
