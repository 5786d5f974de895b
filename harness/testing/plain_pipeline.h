#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "harness/data/cityscapes.h"
#include "harness/data/training_transforms.h"

namespace harness {

/// For tests and benchmarks: the training pipeline step by step, each over the whole image and with
/// a copy of its own, as the source writes it. The yardstick of prepare_for_training().
struct PlainSample {
  std::vector<float> image;           ///< {3, crop.height, crop.width}
  std::vector<std::int64_t> classes;  ///< {crop.height, crop.width}
};

namespace plain {

/// float32(value) * alpha + beta, limited, cut off; of the channels from first to last.
inline void convert(cv::Mat& image, double alpha, double beta, int first = 0, int last = 2) {
  cv::Mat values;
  image.convertTo(values, CV_32F);
  for (int row = 0; row < image.rows; ++row) {
    for (int i = 0; i < image.cols * 3; ++i) {
      if (i % 3 < first || i % 3 > last) continue;
      float value = values.ptr<float>(row)[i] * static_cast<float>(alpha);
      value = std::clamp(value + static_cast<float>(beta), 0.0F, 255.0F);
      image.ptr(row)[i] = static_cast<std::uint8_t>(value);
    }
  }
}

inline void distort(cv::Mat& image, const PhotometricDraws& draws) {
  if (draws.brightness) convert(image, 1, *draws.brightness);
  if (draws.contrast_first && draws.contrast) convert(image, *draws.contrast, 0);
  if (draws.saturation) {
    cv::cvtColor(image, image, cv::COLOR_BGR2HSV);
    convert(image, *draws.saturation, 0, 1, 1);
    cv::cvtColor(image, image, cv::COLOR_HSV2BGR);
  }
  if (draws.hue) {
    cv::cvtColor(image, image, cv::COLOR_BGR2HSV);
    for (int row = 0; row < image.rows; ++row) {
      for (int i = 0; i < image.cols * 3; i += 3) {
        const int turned = (image.ptr(row)[i] + *draws.hue) % 180;
        image.ptr(row)[i] = static_cast<std::uint8_t>(turned < 0 ? turned + 180 : turned);
      }
    }
    cv::cvtColor(image, image, cv::COLOR_HSV2BGR);
  }
  if (!draws.contrast_first && draws.contrast) convert(image, *draws.contrast, 0);
}

inline bool is_varied(const cv::Mat& label, const TrainingPipeline& pipeline) {
  std::array<int, 256> counts{};
  for (int row = 0; row < label.rows; ++row) {
    for (int column = 0; column < label.cols; ++column) ++counts[label.ptr(row)[column]];
  }
  counts[pipeline.ignored_class] = 0;
  int total = 0;
  int most = 0;
  int classes = 0;
  for (const int count : counts) {
    total += count;
    most = std::max(most, count);
    classes += count > 0 ? 1 : 0;
  }
  return classes > 1 && most / static_cast<double>(total) < pipeline.cat_max_ratio;
}

inline cv::Rect choose(const cv::Mat& label, const TrainingDraws& draws,
                       const TrainingPipeline& pipeline) {
  cv::Rect box;
  for (const auto& crop : draws.crops) {
    box = cv::Rect(static_cast<int>(crop.left), static_cast<int>(crop.top),
                   std::min(static_cast<int>(pipeline.crop.width), label.cols),
                   std::min(static_cast<int>(pipeline.crop.height), label.rows));
    if (is_varied(label(box).clone(), pipeline)) break;
  }
  return box;
}

inline cv::Mat padded(const cv::Mat& image, const ImageSize& size, const cv::Scalar& value) {
  cv::Mat result;
  cv::copyMakeBorder(image, result, 0, static_cast<int>(size.height) - image.rows, 0,
                     static_cast<int>(size.width) - image.cols, cv::BORDER_CONSTANT, value);
  return result;
}

inline cv::Mat normalized(const cv::Mat& image, const Normalization& normalization) {
  cv::Mat result;
  image.convertTo(result, CV_32F);
  if (normalization.to_rgb) cv::cvtColor(result, result, cv::COLOR_BGR2RGB);
  // Volatile: GCC 12 at -O2 takes two of these divisions at once and forgets to round to float.
  const auto held = [](double value) -> double {
    const volatile float rounded = static_cast<float>(value);
    return rounded;
  };
  const auto& mean = normalization.mean;
  const auto& std = normalization.std;
  cv::subtract(result, cv::Scalar(held(mean[0]), held(mean[1]), held(mean[2])), result);
  cv::multiply(result, cv::Scalar(1 / held(std[0]), 1 / held(std[1]), 1 / held(std[2])), result);
  return result;
}

}  // namespace plain

/// Reads both files and prepares them. Class ids must be train ids.
inline PlainSample plain_training_sample(const ScenePaths& paths, const TrainingDraws& draws,
                                         const TrainingPipeline& pipeline) {
  cv::Mat image = cv::imread(paths.image.string(), cv::IMREAD_COLOR);
  cv::Mat label = cv::imread(paths.label.string(), cv::IMREAD_UNCHANGED);
  const auto size = rescaled_size({image.rows, image.cols}, scaled_by(pipeline.scale, draws.ratio));
  const cv::Size target(static_cast<int>(size.width), static_cast<int>(size.height));
  cv::resize(image, image, target, 0, 0, cv::INTER_LINEAR);
  cv::resize(label, label, target, 0, 0, cv::INTER_NEAREST);
  const auto box = plain::choose(label, draws, pipeline);
  image = image(box).clone();
  label = label(box).clone();
  if (draws.flip) cv::flip(image, image, 1);
  if (draws.flip) cv::flip(label, label, 1);
  plain::distort(image, draws.photometric);
  image = plain::padded(plain::normalized(image, pipeline.normalization), pipeline.crop, 0);
  label = plain::padded(label, pipeline.crop, pipeline.ignored_class);
  PlainSample sample{std::vector<float>(3 * pipeline.crop.pixels()), {}};
  for (int channel = 0; channel < 3; ++channel) {
    cv::Mat plane(image.rows, image.cols, CV_32F,
                  sample.image.data() + static_cast<std::size_t>(channel) * pipeline.crop.pixels());
    cv::extractChannel(image, plane, channel);
  }
  sample.classes.assign(label.datastart, label.dataend);
  return sample;
}

}  // namespace harness
