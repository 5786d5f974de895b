#include "models/losses.h"

#include <cmath>

#include <gtest/gtest.h>

#include "models/test_support.h"

namespace models {
namespace {

TEST(MeanCrossEntropy, CountsIgnoredPixelsInTheDenominator) {
  // Four pixels of two classes with equal logits: ln 2 each, one of them ignored.
  const auto logits = torch::zeros({1, 2, 2, 2}, torch::kDouble);
  const auto labels = torch::tensor({0, 1, 255, 1}, torch::kLong).view({1, 2, 2});
  EXPECT_NEAR(mean_cross_entropy(logits, labels, 255).item<double>(), std::log(2.0) * 3 / 4, 1e-15);
}

TEST(MeanCrossEntropy, GivesIgnoredPixelsNoGradient) {
  const auto logits = torch::randn({1, 3, 1, 2}).requires_grad_();
  const auto labels = torch::tensor({255, 2}, torch::kLong).view({1, 1, 2});
  mean_cross_entropy(logits, labels, 255).backward();
  EXPECT_EQ(logits.grad().select(3, 0).abs().sum().item<float>(), 0.0F);
  EXPECT_GT(logits.grad().select(3, 1).abs().sum().item<float>(), 0.0F);
}

TEST(MeanCrossEntropy, IsTheUpstreamExample) {
  // mmseg tests/test_models/test_losses: logits (100, -100) against label 1 cost 200.
  const auto logits = torch::tensor({100.0, -100.0}).view({1, 2, 1, 1});
  const auto labels = torch::ones({1, 1, 1}, torch::kLong);
  EXPECT_EQ(mean_cross_entropy(logits, labels, 255).item<double>(), 200.0);
}

TEST(PixelAccuracy, CountsIgnoredPixelsAsWrong) {
  auto logits = torch::zeros({1, 2, 1, 4});
  logits.select(1, 1).fill_(1.0);  // Class 1 everywhere.
  const auto labels = torch::tensor({1, 0, 255, 1}, torch::kLong).view({1, 1, 4});
  const auto accuracy = pixel_accuracy(logits, labels);
  EXPECT_EQ(accuracy.sizes(), torch::IntArrayRef({1}));
  EXPECT_EQ(accuracy.item<float>(), 50.0F);
}

std::vector<std::string> names_of(const Losses& losses) {
  std::vector<std::string> names;
  for (const auto& entry : losses) names.push_back(entry.first);
  return names;
}

TEST(SegmentationLosses, AreThoseOfTheLogInItsOrder) {
  EncoderDecoder model(tiny_model("FCNHead"));
  const auto images = torch::randn({2, 3, 32, 48});
  const auto labels = torch::randint(5, {2, 1, 32, 48}, torch::kLong);
  const auto losses = segmentation_losses(model, images, labels);
  EXPECT_EQ(names_of(losses), (std::vector<std::string>{"decode.loss_seg", "decode.acc_seg",
                                                        "aux.loss_seg", "aux.acc_seg"}));
  for (const auto& [name, value] : losses) EXPECT_EQ(value.numel(), 1) << name;
}

TEST(SegmentationLosses, WeighTheAuxiliaryOneInsideAndDoWithoutIt) {
  torch::manual_seed(1);
  EncoderDecoder model(tiny_model("FCNHead"));
  model->eval();
  const auto images = torch::randn({2, 3, 32, 48});
  const auto labels = torch::randint(5, {2, 32, 48}, torch::kLong);
  const auto weighted = segmentation_losses(model, images, labels)[2].second.item<float>();
  const auto plain = segmentation_losses(model, images, labels, {.auxiliary_weight = 1.0});
  EXPECT_FLOAT_EQ(weighted, 0.4F * plain[2].second.item<float>());
  auto options = tiny_model("FCNHead");
  options.auxiliary_head.reset();
  EncoderDecoder alone(options);
  EXPECT_EQ(segmentation_losses(alone, images, labels).size(), 2U);
}

TEST(SegmentationLosses, AreFloatForAHalfModelAndDoubleForADoubleOne) {
  EncoderDecoder model(tiny_model("PSPHead"));
  model->eval();
  const auto labels = torch::zeros({1, 1, 32, 48}, torch::kLong);
  model->to(torch::kDouble);
  const auto wide =
      segmentation_losses(model, torch::randn({1, 3, 32, 48}, torch::kDouble), labels);
  EXPECT_EQ(wide[0].second.scalar_type(), torch::kDouble);
  model->to(torch::kHalf);
  const auto half = segmentation_losses(model, torch::zeros({1, 3, 32, 48}, torch::kHalf), labels);
  EXPECT_EQ(half[0].second.scalar_type(), torch::kFloat);
}

TEST(SegmentationLosses, RefuseLabelsOfAnotherShapeOrType) {
  EncoderDecoder model(tiny_model("FCNHead"));
  const auto images = torch::randn({2, 3, 32, 48});
  EXPECT_THROW(segmentation_losses(model, images, torch::zeros({1, 32, 48}, torch::kLong)),
               c10::Error);
  EXPECT_THROW(segmentation_losses(model, images, torch::zeros({2, 1, 32, 48})), c10::Error);
}

}  // namespace
}  // namespace models
