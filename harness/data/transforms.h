#pragma once

#include <array>

#include "harness/data/image.h"

namespace harness {

/// The normalization that a network expects of its pixels. Defaults: mmseg 0.17.0,
/// configs/_base_/datasets/cityscapes.py, `img_norm_cfg`; in the order red, green, blue.
struct Normalization {
  std::array<double, 3> mean = {123.675, 116.28, 103.53};
  std::array<double, 3> std = {58.395, 57.12, 57.375};
  bool to_rgb = true;  ///< The image's blue-green-red becomes red-green-blue.
};

/// The size of `image` after scaling into `scale` with its aspect ratio kept: the factor is the
/// smaller one of long side by long side and short side by short side, each side is
/// int(side * factor + 0.5). All sides must be positive. Source: mmcv 1.3.14,
/// mmcv/image/geometric.py, rescale_size.
ImageSize rescaled_size(const ImageSize& image, const ImageSize& scale);

/// The scale times a test ratio, each side int(side * ratio). Source: mmseg 0.17.0,
/// mmseg/datasets/pipelines/test_time_aug.py.
ImageSize scaled_by(const ImageSize& scale, double ratio);

/// Resizes to exactly `size` with OpenCV's INTER_LINEAR on bytes; an equal size is a copy.
/// Throws Error(kInvalidData) when a side of `size` is not positive.
Image resize_linear(const Image& image, const ImageSize& size);

/// The same for classes, with INTER_NEAREST.
LabelMap resize_nearest(const LabelMap& label, const ImageSize& size);

/// Mirrors left and right.
Image flip_horizontal(const Image& image);

/// (pixel - mean) * (1 / std) in float32, as separate colour planes.
/// Source: mmcv 1.3.14, mmcv/image/photometric.py, imnormalize_, with mmseg's mean and std, which
/// it holds as float32.
FloatImage normalize(const Image& image, const Normalization& normalization);

/// The result of normalize() for each byte: row c, column v is that of the value v in plane c.
std::array<std::array<float, 256>, 3> normalized_values(const Normalization& normalization);

/// The test pipeline of MMSegmentation for one scale: resize with the ratio kept, flip, normalise.
/// scale: {0, 0} keeps the image's own size.
FloatImage prepare_for_test(const Image& image, const ImageSize& scale, bool flip,
                            const Normalization& normalization);

}  // namespace harness
