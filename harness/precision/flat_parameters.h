#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <torch/nn/module.h>
#include <torch/types.h>

#include "harness/precision/named_tensors.h"

namespace harness {

/// The parameters of a module that require gradients, side by side, so that an optimizer needs only
/// a few operations on one buffer. Parameters of each dtype have a buffer for their values and one
/// for their gradients; together the buffers form one line of size() elements, in which every
/// parameter has a place that starts on a cache line. Elements between are 0.
class FlatParameters {
 public:
  /// Moves the values: each parameter becomes a view of its buffer, with the strides it had. Do not
  /// cast or move the module afterwards. Throws c10::Error when nothing requires a gradient.
  explicit FlatParameters(torch::nn::Module& module);

  std::int64_t size() const noexcept { return size_; }

  /// Whether all parameters have this dtype: values() and gradients() are then the whole line.
  bool all_are(torch::ScalarType dtype) const noexcept;

  /// {size()}: the buffer of the only dtype. Throws c10::Error when there are more.
  torch::Tensor& values();
  torch::Tensor& gradients();

  /// Must be called before each backward pass. Throws c10::Error when a gradient was replaced.
  void zero_gradients();
  /// Must be called after each backward pass. Throws a c10::Error that names a parameter without a
  /// gradient.
  void collect_gradients();

  /// The whole line from or to `line` {size()}, cast to the other's dtype.
  void copy_gradients_to(torch::Tensor& line) const;
  void copy_values_to(torch::Tensor& line) const;
  void copy_values_from(const torch::Tensor& line);

  /// Each parameter's place in `line` {size()}, with its name, shape and strides, in the order of
  /// named_parameters().
  NamedTensors views(const torch::Tensor& line) const;

 private:
  struct Slot {
    std::string name;
    torch::Tensor parameter;
    torch::Tensor gradient;   // A view into its group's buffer.
    std::int64_t offset = 0;  // Within the whole line.
  };
  struct Group {
    torch::ScalarType dtype;
    std::int64_t begin = 0, end = 0;  // Within the whole line.
    torch::Tensor values, gradients;
  };

  void lay_out(torch::nn::Module& module);
  void move_into(Group& group);

  std::vector<Slot> slots_;
  std::vector<Group> groups_;
  std::int64_t size_ = 0;
  bool collected_ = false;
};

}  // namespace harness
