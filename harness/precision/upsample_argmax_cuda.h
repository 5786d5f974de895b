#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace harness {

/// The interface of bilinear resize and argmax in one pass to the CUDA parts (range_census_cuda.h
/// says why they are apart). Both work on the current stream, return at once, and throw c10::Error
/// for tensors on two GPUs or of other types or shapes. Arithmetic: bilinear_pixel.h.
extern "C" {

/// The class that argmax over the classes finds in the resized maps, and the pixels where softmax
/// before it could find another (FirstLargest).
/// logits: {1, 1 to 255 classes, h, w}, half or float, contiguous, on a GPU.
/// classes: {1, height, width} bytes; close: the same as booleans; both contiguous on that GPU and
/// of another height or width than the logits, whose resize to their own size is a copy.
void halfproof_upsample_argmax_on_gpu(const at::Tensor& logits, bool align_corners, float margin,
                                      at::Tensor& classes, at::Tensor& close);

/// The resized maps at some pixels of a result of height x width.
/// logits: as above. pixels: {n} int64 in [0, height * width), in any order.
/// columns: {1, classes, 1, n or more} of the logits' dtype, contiguous; the first n are written.
void halfproof_upsample_at_on_gpu(const at::Tensor& logits, std::int64_t height, std::int64_t width,
                                  bool align_corners, const at::Tensor& pixels,
                                  at::Tensor& columns);
}

}  // namespace harness
