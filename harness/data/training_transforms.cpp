#include "harness/data/training_transforms.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "harness/base/error.h"

namespace harness {
namespace {

struct Window {
  CropOffset offset;
  ImageSize size;
};

void expect(bool holds, std::string_view what) {
  if (!holds) throw Error(ErrorCode::kUsage, "training pipeline", what);
}

// False for NaN.
bool positive(double value) {
  return value > 0 && std::isfinite(value);
}

bool usable(const ImageSize& size, double ratio = 1) {
  constexpr double kMostPixels = 1 << 28;
  const auto pixels =
      static_cast<double>(size.height) * ratio * static_cast<double>(size.width) * ratio;
  return size.height > 0 && size.width > 0 && pixels <= kMostPixels;
}

void check(const PhotometricRanges& ranges) {
  expect(
      ranges.brightness_delta >= 0 && std::isfinite(ranges.brightness_delta),
      fmt::format("expected a brightness delta of 0 or more, got {:f}", ranges.brightness_delta));
  expect(ranges.contrast_lower >= 0 && ranges.contrast_upper >= ranges.contrast_lower &&
             std::isfinite(ranges.contrast_upper),
         fmt::format("expected 0 <= lower <= upper for contrast, got {:f} to {:f}",
                     ranges.contrast_lower, ranges.contrast_upper));
  expect(ranges.saturation_lower >= 0 && ranges.saturation_upper >= ranges.saturation_lower &&
             std::isfinite(ranges.saturation_upper),
         fmt::format("expected 0 <= lower <= upper for saturation, got {:f} to {:f}",
                     ranges.saturation_lower, ranges.saturation_upper));
  expect(ranges.hue_delta >= 1 && ranges.hue_delta <= 180,
         fmt::format("expected a hue delta of 1 to 180, got {}", ranges.hue_delta));
}

ImageSize resized_size(const TrainingPipeline& pipeline, const ImageSize& image, double ratio) {
  return rescaled_size(image, scaled_by(pipeline.scale, ratio));
}

// Where an image is smaller than the crop, the window is smaller too.
ImageSize window_size(const ImageSize& crop, const ImageSize& image) {
  return {std::min(crop.height, image.height), std::min(crop.width, image.width)};
}

std::array<std::uint32_t, 256> count_classes(const LabelMap& label, const Window& window) {
  // Neighbours are mostly of one class: counting them apart keeps one addition from waiting for the
  // other.
  std::array<std::array<std::uint32_t, 256>, 2> counts{};
  for (std::int64_t row = 0; row < window.size.height; ++row) {
    const std::uint8_t* classes =
        label.classes.data() + (window.offset.top + row) * label.size.width + window.offset.left;
    std::int64_t column = 0;
    for (; column + 1 < window.size.width; column += 2) {
      ++counts[0][classes[column]];
      ++counts[1][classes[column + 1]];
    }
    if (column < window.size.width) ++counts[0][classes[column]];
  }
  for (std::size_t value = 0; value < 256; ++value) counts[0][value] += counts[1][value];
  return counts[0];
}

// A single class has a share of 1, and no class has no share: neither crop is varied.
bool is_varied(const LabelMap& label, const Window& window, const TrainingPipeline& pipeline) {
  auto counts = count_classes(label, window);
  counts[pipeline.ignored_class] = 0;
  std::uint64_t total = 0;
  for (const auto count : counts) total += count;
  const auto most = *std::max_element(counts.begin(), counts.end());
  return total > 0 &&
         static_cast<double>(most) / static_cast<double>(total) < pipeline.cat_max_ratio;
}

std::size_t choose_crop(const LabelMap& label, const std::vector<CropOffset>& crops,
                        const TrainingPipeline& pipeline) {
  const auto size = window_size(pipeline.crop, label.size);
  if (crops.empty()) throw Error(ErrorCode::kInvalidData, "crop", "expected a window, got none");
  for (const auto& crop : crops) {
    if (crop.top >= 0 && crop.left >= 0 && crop.top <= label.size.height - size.height &&
        crop.left <= label.size.width - size.width) {
      continue;
    }
    throw Error(ErrorCode::kInvalidData, "crop",
                fmt::format("expected a window of {} within {}, got one at (x {}, y {})",
                            size_text(size), size_text(label.size), crop.left, crop.top));
  }
  std::size_t chosen = 0;
  while (chosen + 1 < crops.size() && pipeline.cat_max_ratio < 1 &&
         !is_varied(label, {crops[chosen], size}, pipeline)) {
    ++chosen;
  }
  return chosen;
}

Image cut_image(const Image& image, const Window& window) {
  Image part{window.size, std::vector<std::uint8_t>(window.size.pixels() * 3)};
  for (std::int64_t row = 0; row < window.size.height; ++row) {
    const auto from = ((window.offset.top + row) * image.size.width + window.offset.left) * 3;
    std::copy_n(image.pixels.begin() + from, window.size.width * 3,
                part.pixels.begin() + row * window.size.width * 3);
  }
  return part;
}

void write_classes(const LabelMap& label, const Window& window, bool flip,
                   const TrainingPipeline& pipeline, std::span<std::uint8_t> target) {
  std::fill(target.begin(), target.end(), pipeline.ignored_class);
  for (std::int64_t row = 0; row < window.size.height; ++row) {
    const auto from =
        label.classes.begin() + (window.offset.top + row) * label.size.width + window.offset.left;
    const auto to = target.begin() + row * pipeline.crop.width;
    if (flip) {
      std::reverse_copy(from, from + window.size.width, to);
    } else {
      std::copy_n(from, window.size.width, to);
    }
  }
}

void write_image(const Image& image, const TrainingPipeline& pipeline, std::span<float> target) {
  if (image.size != pipeline.crop) std::fill(target.begin(), target.end(), 0.0F);
  const auto tables = normalized_values(pipeline.normalization);
  const auto plane_size = pipeline.crop.pixels();
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const auto& values = tables[channel];
    const auto source_channel = pipeline.normalization.to_rgb ? 2 - channel : channel;
    for (std::int64_t row = 0; row < image.size.height; ++row) {
      const std::uint8_t* source =
          image.pixels.data() + row * image.size.width * 3 + source_channel;
      float* out = target.data() + channel * plane_size + row * pipeline.crop.width;
      for (std::int64_t column = 0; column < image.size.width; ++column) {
        out[column] = values[source[3 * column]];
      }
    }
  }
}

}  // namespace

void check(const TrainingPipeline& pipeline) {
  expect(positive(pipeline.ratio_lower) && positive(pipeline.ratio_upper) &&
             pipeline.ratio_lower <= pipeline.ratio_upper,
         fmt::format("expected 0 < lower <= upper for the ratio, got {:f} to {:f}",
                     pipeline.ratio_lower, pipeline.ratio_upper));
  expect(
      usable(pipeline.scale, pipeline.ratio_upper),
      fmt::format("expected a scale of 1 to 2^28 pixels after the largest ratio, got {} times {:f}",
                  size_text(pipeline.scale), pipeline.ratio_upper));
  expect(usable(pipeline.crop),
         "expected a crop of 1 to 2^28 pixels, got " + size_text(pipeline.crop));
  expect(
      positive(pipeline.cat_max_ratio),
      fmt::format("expected a share above 0 as cat_max_ratio, got {:f}", pipeline.cat_max_ratio));
  expect(pipeline.flip_probability >= 0 && pipeline.flip_probability <= 1,
         fmt::format("expected a probability of 0 to 1 for the flip, got {:f}",
                     pipeline.flip_probability));
  if (pipeline.photometric) check(*pipeline.photometric);
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const auto mean = pipeline.normalization.mean[channel];
    const auto std = pipeline.normalization.std[channel];
    expect(std::isfinite(mean) && positive(std),
           fmt::format("expected a mean and a std above 0, got {:f} and {:f}", mean, std));
  }
}

TrainingDraws draw_training(const TrainingPipeline& pipeline, const ImageSize& image,
                            std::uint64_t seed, std::uint32_t epoch, std::uint32_t item) {
  const auto stream = [&](StreamUse use) { return RandomStream({seed, epoch, item, use}); };
  TrainingDraws draws;
  draws.ratio = stream(StreamUse::kResize).real(pipeline.ratio_lower, pipeline.ratio_upper);
  const auto resized = resized_size(pipeline, image, draws.ratio);
  const auto window = window_size(pipeline.crop, resized);
  auto crops = stream(StreamUse::kCrop);
  draws.crops.resize(pipeline.cat_max_ratio < 1 ? 1 + kCropRetries : 1);
  for (auto& crop : draws.crops) {
    crop.top = crops.integer(0, resized.height - window.height + 1);
    crop.left = crops.integer(0, resized.width - window.width + 1);
  }
  draws.flip = stream(StreamUse::kFlip).unit() < pipeline.flip_probability;
  if (pipeline.photometric) {
    auto photometric = stream(StreamUse::kPhotometric);
    draws.photometric = draw_photometric(*pipeline.photometric, photometric);
  }
  return draws;
}

std::size_t prepare_for_training(const Image& image, const LabelMap& label,
                                 const TrainingDraws& draws, const TrainingPipeline& pipeline,
                                 const SampleTarget& target) {
  if (image.size != label.size) {
    throw Error(ErrorCode::kInvalidData, "label map",
                fmt::format("expected the size of its image, {}, got {}", size_text(image.size),
                            size_text(label.size)));
  }
  const auto size = resized_size(pipeline, image.size, draws.ratio);
  const auto classes = resize_nearest(label, size);
  const auto chosen = choose_crop(classes, draws.crops, pipeline);
  const Window window{draws.crops[chosen], window_size(pipeline.crop, size)};
  write_classes(classes, window, draws.flip, pipeline, target.classes);
  auto part = cut_image(resize_linear(image, size), window);
  if (draws.flip) part = flip_horizontal(part);
  distort_colors(part, draws.photometric);
  write_image(part, pipeline, target.image);
  return chosen;
}

}  // namespace harness
