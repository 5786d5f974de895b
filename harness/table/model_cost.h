#pragma once

#include <cstdint>

#include "harness/arithmetic/policy.h"
#include "harness/table/model_spec.h"

namespace harness {

/// What a model costs, in closed forms of its specification (state_dict_layout()): no measurement
/// enters, so that measurements can be compared with it.

/// Bytes of one number in memory.
std::int64_t bytes_of(ElementType type) noexcept;

/// Elements of its parameters, the auxiliary head's among them.
std::int64_t parameter_count(const ModelSpec& spec);

/// Bytes of a state dict, and of the part that is no parameter: batch norm's statistics and its
/// counters of 8 bytes.
struct StateBytes {
  std::int64_t all = 0;
  std::int64_t buffers = 0;
  std::int64_t tensors = 0;  ///< How many there are of both.
};
/// In the types that the policy gives to convolutions and norms.
StateBytes state_bytes(const ModelSpec& spec, Policy policy);

/// The cost of one image at evaluation, where the auxiliary head does not run.
struct ForwardCost {
  double convolution_flops = 0.0;  ///< Two for each product and sum.
  std::int64_t convolutions = 0;
  std::int64_t logits_elements = 0;  ///< Before any resize.
};
/// height, width: of the image, from 1 to kLongestSide pixels. Kernels have odd sides, as those of
/// the zoo do.
ForwardCost forward_cost(const ModelSpec& spec, std::int64_t height, std::int64_t width);

/// What one image leaves for the backward pass, in elements; the auxiliary head runs, too.
struct KeptElements {
  /// Results of convolutions that batch norm reads: its gradient needs them, so that at least these
  /// are kept.
  std::int64_t normalized = 0;
  /// Results of norms that an activation is applied to in place, so that the next layer reads them:
  /// all but those beside a block, which are added to another one.
  std::int64_t activated = 0;
  std::int64_t norm_channels = 0;  ///< Of all norms: each keeps a mean and a deviation.
  /// Logarithms of probabilities, of every head at the image's size: the cross entropy's gradient
  /// needs these and no other tensor.
  std::int64_t loss = 0;
  /// Results of each head's last convolution, which no norm reads; 0 without the head.
  std::int64_t decode_logits = 0;
  std::int64_t auxiliary_logits = 0;
};
/// Sizes as for forward_cost().
KeptElements kept_elements(const ModelSpec& spec, std::int64_t height, std::int64_t width);

/// Of an image that is worth a thought.
inline constexpr std::int64_t kLongestSide = 65536;

}  // namespace harness
