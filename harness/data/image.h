#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace harness {

/// Height and width in pixels; an image's or a test scale's.
struct ImageSize {
  std::int64_t height = 0;
  std::int64_t width = 0;

  bool operator==(const ImageSize&) const = default;
  std::size_t pixels() const noexcept {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  }
};

/// "2048x1024", width first: for messages.
inline std::string size_text(const ImageSize& size) {
  return fmt::format("{}x{}", size.width, size.height);
}

/// A colour image as cv2.imread returns it: {height, width, 3} bytes, blue first, rows packed.
struct Image {
  ImageSize size;
  std::vector<std::uint8_t> pixels;
};

/// The class of every pixel: {height, width} bytes, rows packed.
struct LabelMap {
  ImageSize size;
  std::vector<std::uint8_t> classes;
};

/// The input of a network: {3, height, width} floats, red first, planes packed.
struct FloatImage {
  ImageSize size;
  std::vector<float> planes;
};

/// The class that measurements ignore (Cityscapes: void).
inline constexpr std::uint8_t kIgnoredClass = 255;

}  // namespace harness
