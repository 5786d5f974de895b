#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>

#include "harness/data/cityscapes.h"
#include "harness/testing/golden_transforms.h"

namespace harness {
namespace {

struct Replayed {
  std::vector<float> image;
  std::vector<std::int64_t> classes;
  std::size_t crop = 0;
};

Replayed replayed(const GoldenTransform& golden, const TrainingDraws& draws) {
  const auto pipeline = minizoo_pipeline();
  const auto scenes = find_cityscapes("fixtures/minizoo/data/scenes", "train");
  const auto paths = std::find_if(scenes.begin(), scenes.end(),
                                  [&](const auto& scene) { return scene.name == golden.file; });
  const auto scene = load_scene(scenes.at(static_cast<std::size_t>(paths - scenes.begin())), 19);
  Replayed result{std::vector<float>(3 * pipeline.crop.pixels()), {}};
  std::vector<std::uint8_t> classes(pipeline.crop.pixels());
  result.crop =
      prepare_for_training(scene.image, scene.label, draws, pipeline, {result.image, classes});
  result.classes.assign(classes.begin(), classes.end());
  return result;
}

/// In units of a byte before normalisation.
std::vector<double> byte_differences(const std::vector<float>& a, const std::vector<float>& b) {
  const auto pixels = a.size() / 3;
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double unit = minizoo_pipeline().normalization.std[i / pixels];
    differences.push_back(std::abs(static_cast<double>(a[i]) - b.at(i)) * unit);
  }
  return differences;
}

TEST(TrainingGoldens, LabelsAndWindowsAreTheRecordedOnes) {
  const auto goldens = golden_transforms();
  ASSERT_EQ(goldens.size(), 12U);
  for (const auto& golden : goldens) {
    ASSERT_EQ(golden.classes.size(), 64U * 128U);
    const auto result = replayed(golden, golden.draws);
    EXPECT_TRUE(result.classes == golden.classes) << golden.file;
    EXPECT_EQ(result.crop + 1, golden.draws.crops.size()) << golden.file;
  }
}

TEST(TrainingGoldens, TheWindowThatWasDrawnLastWasGoodEnough) {
  for (const auto& golden : golden_transforms()) {
    auto draws = golden.draws;
    draws.crops.push_back({0, 0});
    EXPECT_EQ(replayed(golden, draws).crop + 1, golden.draws.crops.size()) << golden.file;
  }
}

// The goldens were made where OpenCV runs its kernels for AVX2, whose fused multiply-add decides
// some roundings of the way from HSV. OpenCV's other kernels were seen to differ from them by one
// unit in at most 58 of an image's 24576 bytes (4.6.0, with OPENCV_CPU_DISABLE=AVX2), and only in
// images that went through HSV.
TEST(TrainingGoldens, PixelsAreTheRecordedOnes) {
  const bool same_kernels = cv::checkHardwareSupport(CV_CPU_AVX2);
  for (const auto& golden : golden_transforms()) {
    const auto result = replayed(golden, golden.draws);
    const auto& colors = golden.draws.photometric;
    if (same_kernels || !(colors.saturation || colors.hue)) {
      EXPECT_TRUE(result.image == golden.image) << golden.file;
      continue;
    }
    const auto differences = byte_differences(result.image, golden.image);
    EXPECT_LT(*std::max_element(differences.begin(), differences.end()), 1.001) << golden.file;
    EXPECT_LE(std::count_if(differences.begin(), differences.end(),
                            [](double difference) { return difference > 0.001; }),
              122)  // Half a percent.
        << golden.file;
  }
}

}  // namespace
}  // namespace harness
