#include "harness/precision/named_tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>

#include "harness/base/error.h"
#include "harness/precision/half_model.h"

namespace harness {
namespace {

NamedTensors two() {
  return {{"a", torch::ones({2})}, {"b", torch::full({1, 3}, 2.0)}};
}

std::string mismatch(const NamedTensors& saved) {
  try {
    assign(saved, two(), "momentum");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kStateDictMismatch);
    return error.what();
  }
  return "";
}

TEST(NamedTensors, AreAssignedByNameInAnyOrder) {
  const NamedTensors targets{{"b", torch::zeros({1, 3}, torch::kHalf)}, {"a", torch::zeros({2})}};
  assign(two(), targets, "momentum");
  EXPECT_TRUE(torch::equal(targets[0].second, torch::full({1, 3}, 2.0, torch::kHalf)));
  EXPECT_TRUE(torch::equal(targets[1].second, torch::ones({2})));
}

TEST(NamedTensors, ThatDoNotFitAreListed) {
  EXPECT_EQ(mismatch(two()), "");
  EXPECT_THAT(mismatch({{"a", torch::ones({3})}}),
              testing::AllOf(testing::HasSubstr("momentum: "), testing::HasSubstr("missing b"),
                             testing::HasSubstr("of another shape a")));
  auto more = two();
  more.emplace_back("c", torch::ones({1}));
  EXPECT_THAT(mismatch(more), testing::HasSubstr("unexpected 1 more"));
  more.back().first = "a";
  EXPECT_THAT(mismatch(more), testing::HasSubstr("twice a"));
}

TEST(NamedTensors, WithoutANamesakeAreLeftOutOfACopy) {
  const NamedTensors targets{{"a", torch::zeros({2})}, {"z", torch::zeros({1})}};
  copy_by_name(two(), targets);
  EXPECT_TRUE(torch::equal(targets[0].second, torch::ones({2})));
  EXPECT_EQ(targets[1].second.item<float>(), 0.0F);
}

TEST(NamedTensors, OfAModuleAreCopiesInFloatOrItsOwn) {
  torch::nn::Sequential model(torch::nn::Conv2d(1, 1, 1), torch::nn::BatchNorm2d(1));
  const auto copies = float_copies(*model);
  EXPECT_EQ(copies.size(), 6U) << "two parameters each and two running statistics";
  cast_keeping_norm(*model, torch::kHalf, torch::kFloat);
  const auto own = float_tensors(*model);
  EXPECT_EQ(own.size(), 4U) << "those of the norm";
  EXPECT_EQ(own.front().first, "1.weight");
  EXPECT_EQ(own.front().second.data_ptr(), model->parameters()[2].data_ptr());
  EXPECT_NE(on_cpu(own).front().second.data_ptr(), own.front().second.data_ptr());
}

}  // namespace
}  // namespace harness
