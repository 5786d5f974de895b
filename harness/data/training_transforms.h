#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "harness/data/image.h"
#include "harness/data/photometric.h"
#include "harness/data/transforms.h"

namespace harness {

/// The training pipeline of a config. Defaults: mmseg 0.17.0,
/// configs/_base_/datasets/cityscapes.py.
struct TrainingPipeline {
  ImageSize scale = {1024, 2048};  ///< Resize.img_scale, which the ratio multiplies.
  double ratio_lower = 0.5;        ///< Resize.ratio_range.
  double ratio_upper = 2.0;
  ImageSize crop = {512, 1024};  ///< RandomCrop.crop_size and Pad.size: the network's input.
  double cat_max_ratio = 0.75;   ///< No class may have this share of a crop; 1: any crop will do.
  double flip_probability = 0.5;
  std::optional<PhotometricRanges> photometric = PhotometricRanges{};  ///< Empty: no such step.
  Normalization normalization = {};
  std::uint8_t ignored_class = kIgnoredClass;  ///< Not counted in a crop; the padding of labels.
};

/// Throws Error(kUsage), subject "training pipeline", when an option makes no sense: a size, ratio,
/// share or std that is not positive, a size of more than 2^28 pixels, limits in the wrong order, a
/// probability out of [0, 1], a hue out of [1, 180], or a value that is not finite.
void check(const TrainingPipeline& pipeline);

/// The upper left corner of a crop window, in pixels of the resized image.
struct CropOffset {
  std::int64_t top = 0;
  std::int64_t left = 0;

  bool operator==(const CropOffset&) const = default;
};

/// All random values of one training image.
struct TrainingDraws {
  double ratio = 1;                    ///< Factor of the scale, ratio_lower to ratio_upper.
  std::vector<CropOffset> crops = {};  ///< At least one; the first that is good enough is taken.
  bool flip = false;
  PhotometricDraws photometric = {};
};

/// A window is redrawn at most so often; the last one is taken without a check.
inline constexpr std::size_t kCropRetries = 10;

/// Draws for the image `item` in `epoch`, one stream for each transform (StreamUse::kResize to
/// kPhotometric). ratio: real(ratio_lower, ratio_upper). crops: for each window the top, then the
/// left, integer(0, margin + 1); 1 + kCropRetries of them, or one where cat_max_ratio is 1 or more.
/// flip: unit() < flip_probability.
TrainingDraws draw_training(const TrainingPipeline& pipeline, const ImageSize& image,
                            std::uint64_t seed, std::uint32_t epoch, std::uint32_t item);

/// The destination of a prepared image.
struct SampleTarget {
  std::span<float> image;           ///< {3, crop.height, crop.width}, all overwritten.
  std::span<std::uint8_t> classes;  ///< {crop.height, crop.width}, all overwritten.
};

/// Resizes with the ratio kept (image INTER_LINEAR, label INTER_NEAREST), crops, mirrors, distorts
/// colours, normalises and pads right and below (0 and ignored_class).
///
/// Takes the first window in `draws` that shows at least two classes, none of which covers
/// cat_max_ratio of the pixels that are not ignored, or else the last window. Returns its index.
/// image, label: of equal size. Throws Error(kInvalidData) when they are not, when the resized
/// image has no pixel, and when `draws` has no window or one that extends beyond the resized image.
/// Source: mmseg 0.17.0, mmseg/datasets/pipelines/transforms.py; mmcv 1.3.14,
/// mmcv/image/geometric.py.
std::size_t prepare_for_training(const Image& image, const LabelMap& label,
                                 const TrainingDraws& draws, const TrainingPipeline& pipeline,
                                 const SampleTarget& target);

}  // namespace harness
