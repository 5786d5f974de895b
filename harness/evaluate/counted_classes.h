#pragma once

#include <cstdint>

#include <torch/types.h>

#include "harness/data/image.h"
#include "harness/evaluate/confusion_matrix.h"

namespace harness {

/// The bytes of a label map on a device, {1, height, width}.
torch::Tensor on_device(const LabelMap& map, const torch::Device& device);

/// Counts of one image, made where its predictions are: on a GPU the host waits once, for the
/// numbers. The same as ConfusionMatrix::add() and a loop over the pixels.
struct CountedClasses {
  ConfusionMatrix confusion{1};
  std::int64_t changed = 0;  ///< Counted pixels of another class than the reference's.
};

/// predictions, label: {1, height, width} bytes on one device; predictions: classes below
/// num_classes; label: the same or kIgnoredClass, which is not counted. reference: like
/// predictions, or undefined, and then nothing is changed. Throws std::invalid_argument for a label
/// out of range.
CountedClasses count_classes(const torch::Tensor& predictions, const torch::Tensor& label,
                             const torch::Tensor& reference, std::int64_t num_classes);

}  // namespace harness
