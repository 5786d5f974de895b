#include "harness/cli/stages/saved_loss_scales.h"

#include <cmath>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace harness {
namespace {

std::vector<SavedScaleRecord> scales(const char* top_level, std::optional<double> tensor = {}) {
  return saved_loss_scales(Json::parse(top_level), [tensor](const std::string& path) {
    EXPECT_TRUE(path.ends_with("scale")) << path;
    return tensor;
  });
}

SavedScaleRecord only(const char* top_level, std::optional<double> tensor = {}) {
  const auto found = scales(top_level, tensor);
  EXPECT_EQ(found.size(), 1U) << top_level;
  return found.empty() ? SavedScaleRecord{} : found.front();
}

TEST(SavedLossScales, AreFoundWhereTheLibrariesKeepThem) {
  const auto mmcv =
      only(R"({"meta": {"fp16": {"loss_scaler": {"cur_scale": 512.0, "mode": "static"}}}})");
  EXPECT_EQ(mmcv.where, "meta.fp16.loss_scaler");
  EXPECT_EQ(mmcv.mode, "static");
  EXPECT_EQ(mmcv.scale, 512);
  EXPECT_EQ(only(R"({"optimizer": {"loss_scaler": {"scale": 8.0, "growth_factor": 2.0}}})").scale,
            8);
  EXPECT_EQ(only(R"({"scaler": {"scale": 0.0, "_growth_tracker": 3}})").scale, 0);
  EXPECT_EQ(only(R"({"amp": {"loss_scaler0": {"loss_scale": -1, "unskipped": 0}}})").scale, -1);
  EXPECT_TRUE(std::isnan(only(R"({"grad_scaler": {"scale": null}})").scale));
}

TEST(SavedLossScales, AreNoOtherScales) {
  for (const char* other :
       {R"({"meta": {"scale": 0.5}})", R"({"resize": {"scale": [1, 2]}})", "null", "[1]",
        R"({"scaler": {}})", R"({"meta": {"loss_scale": "dynamic"}})"}) {
    EXPECT_TRUE(scales(other).empty()) << other;
  }
}

TEST(SavedLossScales, MayBeATensorOrAnArrayOfOneValue) {
  constexpr char kTensor[] =
      R"({"scaler": {"scale": {"__tensor__": "float32 []"}, "growth_factor": 2.0}})";
  EXPECT_EQ(only(kTensor, 8.0).scale, 8);
  EXPECT_EQ(only(kTensor, 0.0).scale, 0);
  EXPECT_TRUE(std::isnan(only(kTensor, HUGE_VAL).scale));
  EXPECT_TRUE(scales(kTensor).empty());
  constexpr char kArray[] = R"({"meta": {"fp16": {"loss_scaler": {"cur_scale":
      {"__class__": "numpy.ndarray", "dtype": "float32", "shape": [], "values": [512.0]}}}}})";
  EXPECT_EQ(only(kArray).scale, 512);
}

}  // namespace
}  // namespace harness
