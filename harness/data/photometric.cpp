#include "harness/data/photometric.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace harness {
namespace {

using ByteTable = std::array<std::uint8_t, 256>;

// A byte has 256 values, so a step of float32 arithmetic is a table.
template <class Step>
ByteTable table_of(Step step) {
  ByteTable table{};
  for (std::size_t value = 0; value < table.size(); ++value) {
    table[value] = step(static_cast<float>(value));
  }
  return table;
}

std::uint8_t limited(float value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0.0F, 255.0F));
}

ByteTable plus(double amount) {
  const auto held = static_cast<float>(amount);
  return table_of([held](float value) { return limited(value + held); });
}

ByteTable times(double factor) {
  const auto held = static_cast<float>(factor);
  return table_of([held](float value) { return limited(value * held); });
}

ByteTable turned(int hue) {
  constexpr int kTurn = 180;
  ByteTable table{};
  for (int value = 0; value < 256; ++value) {
    table[static_cast<std::size_t>(value)] =
        static_cast<std::uint8_t>(((value + hue) % kTurn + kTurn) % kTurn);
  }
  return table;
}

void look_up(const ByteTable& table, Image& image) {
  for (auto& value : image.pixels) value = table[value];
}

void look_up_channel(const ByteTable& table, std::size_t channel, Image& image) {
  for (std::size_t i = channel; i < image.pixels.size(); i += 3) {
    image.pixels[i] = table[image.pixels[i]];
  }
}

cv::Mat view_of(const ImageSize& size, std::vector<std::uint8_t>& pixels) {
  return cv::Mat(static_cast<int>(size.height), static_cast<int>(size.width), CV_8UC3,
                 pixels.data());
}

// Converts to HSV, applies the table to one channel, and converts back. The source converts for
// saturation and once more for hue, and each conversion rounds to bytes: the two steps must not
// share one.
void apply_in_hsv(const ByteTable& table, std::size_t channel, Image& image) {
  Image hsv{image.size, std::vector<std::uint8_t>(image.pixels.size())};
  auto bgr_view = view_of(image.size, image.pixels);
  auto hsv_view = view_of(hsv.size, hsv.pixels);
  cv::cvtColor(bgr_view, hsv_view, cv::COLOR_BGR2HSV);
  look_up_channel(table, channel, hsv);
  cv::cvtColor(hsv_view, bgr_view, cv::COLOR_HSV2BGR);
}

template <class Value, class Draw>
void toss(RandomStream& stream, std::optional<Value>& value, Draw draw) {
  if (stream.integer(0, 2) == 1) value = draw();
}

}  // namespace

PhotometricDraws draw_photometric(const PhotometricRanges& ranges, RandomStream& stream) {
  PhotometricDraws draws;
  const auto draw_contrast = [&] {
    toss(stream, draws.contrast,
         [&] { return stream.real(ranges.contrast_lower, ranges.contrast_upper); });
  };
  toss(stream, draws.brightness,
       [&] { return stream.real(-ranges.brightness_delta, ranges.brightness_delta); });
  draws.contrast_first = stream.integer(0, 2) == 1;
  if (draws.contrast_first) draw_contrast();
  toss(stream, draws.saturation,
       [&] { return stream.real(ranges.saturation_lower, ranges.saturation_upper); });
  toss(stream, draws.hue,
       [&] { return static_cast<int>(stream.integer(-ranges.hue_delta, ranges.hue_delta)); });
  if (!draws.contrast_first) draw_contrast();
  return draws;
}

void distort_colors(Image& image, const PhotometricDraws& draws) {
  if (draws.brightness) look_up(plus(*draws.brightness), image);
  if (draws.contrast && draws.contrast_first) look_up(times(*draws.contrast), image);
  if (draws.saturation) apply_in_hsv(times(*draws.saturation), 1, image);
  if (draws.hue) apply_in_hsv(turned(*draws.hue), 0, image);
  if (draws.contrast && !draws.contrast_first) look_up(times(*draws.contrast), image);
}

}  // namespace harness
