#include "harness/checkpoint/duplicate_tensors.h"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/checkpoint/checkpoint.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TensorView view(const char* name, const std::vector<float>& values,
                std::vector<std::int64_t> shape = {4, 4},
                std::vector<std::int64_t> strides = {4, 1}) {
  return {.name = name,
          .dtype = DType::kFloat32,
          .shape = std::move(shape),
          .strides = std::move(strides),
          .storage_bytes = std::as_bytes(std::span(values))};
}

class DuplicateTensors : public testing::Test {
 protected:
  void SetUp() override {
    std::iota(ramp_.begin(), ramp_.end(), 1.0F);
    copy_ = ramp_;
    other_ = ramp_;
    other_.back() = 0.0F;
  }
  std::vector<float> ramp_ = std::vector<float>(16), copy_, other_;
};

TEST_F(DuplicateTensors, AreFoundByTheirLastByte) {
  EXPECT_THAT(duplicate_tensors({view("a", ramp_), view("b", other_), view("c", copy_)}),
              ElementsAre(Pair("a", "c")));
}

TEST_F(DuplicateTensors, AViewOfTheSameStorageIsOne) {
  EXPECT_THAT(duplicate_tensors({view("a", ramp_), view("b", ramp_)}), ElementsAre(Pair("a", "b")));
}

TEST_F(DuplicateTensors, StridesDoNotMatterButShapesDo) {
  std::vector<float> transposed(16);
  for (std::size_t i = 0; i < 16; ++i) transposed[i % 4 * 4 + i / 4] = ramp_[i];
  EXPECT_THAT(duplicate_tensors({view("a", ramp_), view("b", transposed, {4, 4}, {1, 4})}),
              ElementsAre(Pair("a", "b")));
  EXPECT_THAT(duplicate_tensors({view("a", ramp_), view("b", copy_, {2, 8}, {8, 1})}), IsEmpty());
}

TEST_F(DuplicateTensors, OneValueThroughoutIsNoCopyAndNeitherAreFewElements) {
  const std::vector<float> ones(16, 1.0F);
  const std::vector<float> more_ones(16, 1.0F);
  EXPECT_THAT(duplicate_tensors({view("a", ones), view("b", more_ones)}), IsEmpty());
  EXPECT_THAT(
      duplicate_tensors({view("a", ramp_, {3, 5}, {5, 1}), view("b", copy_, {3, 5}, {5, 1})}),
      IsEmpty());
}

TEST_F(DuplicateTensors, VectorsMayAgree) {
  EXPECT_THAT(duplicate_tensors({view("a", ramp_, {16}, {1}), view("b", copy_, {16}, {1})}),
              IsEmpty());
}

TEST(DuplicateTensorsOfAFile, ThereAreNoneInATrainedOne) {
  const auto checkpoint = Checkpoint::open(
      "fixtures/minizoo/zoo/fp16/fcn_r50w8-d8_64x128_600_fp16_scenes/"
      "fcn_r50w8-d8_64x128_600_fp16_scenes_20261123_232820-2eb5a165.pth");
  EXPECT_THAT(duplicate_tensors(checkpoint.state_dict()), IsEmpty());
}

}  // namespace
}  // namespace harness
