#include "harness/data/transforms.h"

#include <algorithm>
#include <string>
#include <utility>

#include <opencv2/imgproc.hpp>

#include <fmt/format.h>

#include "harness/base/error.h"

namespace harness {
namespace {

cv::Mat view_of(const Image& image) {
  return cv::Mat(static_cast<int>(image.size.height), static_cast<int>(image.size.width), CV_8UC3,
                 const_cast<std::uint8_t*>(image.pixels.data()));
}

cv::Mat view_of(const LabelMap& label) {
  return cv::Mat(static_cast<int>(label.size.height), static_cast<int>(label.size.width), CV_8UC1,
                 const_cast<std::uint8_t*>(label.classes.data()));
}

Image blank(const ImageSize& size) {
  return {size, std::vector<std::uint8_t>(size.pixels() * 3)};
}

void check_target(const ImageSize& size) {
  if (size.height >= 1 && size.width >= 1) return;
  throw Error(ErrorCode::kInvalidData, "resize",
              fmt::format("expected at least one pixel, got {}", size_text(size)));
}

}  // namespace

ImageSize rescaled_size(const ImageSize& image, const ImageSize& scale) {
  const auto [scale_short, scale_long] = std::minmax(scale.height, scale.width);
  const auto [image_short, image_long] = std::minmax(image.height, image.width);
  const double factor =
      std::min(static_cast<double>(scale_long) / static_cast<double>(image_long),
               static_cast<double>(scale_short) / static_cast<double>(image_short));
  const auto scaled = [factor](std::int64_t side) {
    return static_cast<std::int64_t>(static_cast<double>(side) * factor + 0.5);
  };
  return {scaled(image.height), scaled(image.width)};
}

ImageSize scaled_by(const ImageSize& scale, double ratio) {
  return {static_cast<std::int64_t>(static_cast<double>(scale.height) * ratio),
          static_cast<std::int64_t>(static_cast<double>(scale.width) * ratio)};
}

Image resize_linear(const Image& image, const ImageSize& size) {
  check_target(size);
  if (size == image.size) return image;
  Image resized = blank(size);
  cv::Mat target = view_of(resized);
  cv::resize(view_of(image), target, target.size(), 0, 0, cv::INTER_LINEAR);
  return resized;
}

LabelMap resize_nearest(const LabelMap& label, const ImageSize& size) {
  check_target(size);
  if (size == label.size) return label;
  LabelMap resized{size, std::vector<std::uint8_t>(size.pixels())};
  cv::Mat target = view_of(resized);
  cv::resize(view_of(label), target, target.size(), 0, 0, cv::INTER_NEAREST);
  return resized;
}

Image flip_horizontal(const Image& image) {
  Image flipped = blank(image.size);
  cv::Mat target = view_of(flipped);
  cv::flip(view_of(image), target, 1);
  return flipped;
}

// A pixel has 256 values, so the whole arithmetic of mmcv is a table per channel, filled by the
// functions that mmcv calls.
std::array<std::array<float, 256>, 3> normalized_values(const Normalization& normalization) {
  std::array<std::array<float, 256>, 3> tables{};
  for (std::size_t channel = 0; channel < 3; ++channel) {
    cv::Mat values(1, 256, CV_32F, tables[channel].data());
    for (int value = 0; value < 256; ++value) values.at<float>(value) = static_cast<float>(value);
    const double held_mean = static_cast<float>(normalization.mean[channel]);
    const double held_std = static_cast<float>(normalization.std[channel]);
    cv::subtract(values, cv::Scalar(held_mean), values);
    cv::multiply(values, cv::Scalar(1.0 / held_std), values);
  }
  return tables;
}

FloatImage normalize(const Image& image, const Normalization& normalization) {
  const auto pixels = image.size.pixels();
  const auto tables = normalized_values(normalization);
  FloatImage result{image.size, std::vector<float>(pixels * 3)};
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const auto& values = tables[channel];
    const std::uint8_t* source =
        image.pixels.data() + (normalization.to_rgb ? 2 - channel : channel);
    float* plane = result.planes.data() + channel * pixels;
    for (std::size_t pixel = 0; pixel < pixels; ++pixel) plane[pixel] = values[source[3 * pixel]];
  }
  return result;
}

FloatImage prepare_for_test(const Image& image, const ImageSize& scale, bool flip,
                            const Normalization& normalization) {
  const auto size = scale == ImageSize{} ? image.size : rescaled_size(image.size, scale);
  if (size == image.size && !flip) return normalize(image, normalization);
  Image resized = resize_linear(image, size);
  if (flip) resized = flip_horizontal(resized);
  return normalize(resized, normalization);
}

}  // namespace harness
