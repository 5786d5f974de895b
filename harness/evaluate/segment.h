#pragma once

#include <cstdint>

#include <torch/types.h>

#include "harness/data/image.h"

namespace harness {

/// The step from logits to classes, as MMSegmentation 0.17.0 performs it (mmseg/models/segmentors/
/// encoder_decoder.py, whole_inference and inference): bilinear resize to the network's input size,
/// bilinear resize to the image's own size, softmax over the classes; all in the logits' own
/// arithmetic, so half logits are resized and soft-maxed in half.
///
/// logits: {1, classes, h, w}, floating, on any device, contiguous or channels-last.
/// Returns {1, classes, original.height, original.width} on the same device in the same dtype.
torch::Tensor class_probabilities(const torch::Tensor& logits, const ImageSize& input,
                                  const ImageSize& original, bool align_corners);

/// The first class of the largest probability, per pixel, as bytes on the same device: the part of
/// most_probable_class() before the copy to the host. Returns {1, height, width}.
torch::Tensor class_indices(const torch::Tensor& probabilities);

/// The copy to the host. indices: as class_indices() returns them.
LabelMap to_label_map(const torch::Tensor& indices);

/// The first class of the largest probability, per pixel, on the CPU.
/// probabilities: {1, classes, height, width} with at most 255 classes.
LabelMap most_probable_class(const torch::Tensor& probabilities);

/// class_probabilities() and most_probable_class(): the reference for faster implementations.
LabelMap segment_plainly(const torch::Tensor& logits, const ImageSize& input,
                         const ImageSize& original, bool align_corners);

/// Elements that are NaN or infinite.
std::int64_t count_non_finite(const torch::Tensor& tensor);

}  // namespace harness
