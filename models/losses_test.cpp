#include "models/losses.h"

#include <cmath>

#include <gtest/gtest.h>
#include <torch/nn/functional/loss.h>

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

TEST(MeanCrossEntropy, WeighsThePixelsOfAClassAndNotTheDenominator) {
  // mmseg tests/test_models/test_losses: class weights 0.8 and 0.2 make 40 of 200.
  const auto logits = torch::tensor({100.0, -100.0}).view({1, 2, 1, 1});
  const auto labels = torch::ones({1, 1, 1}, torch::kLong);
  EXPECT_FLOAT_EQ(mean_cross_entropy(logits, labels, 255, {0.8, 0.2}).item<float>(), 40.0F);
  // Two classes with equal logits: ln 2 a pixel; weights 3 and 5 of classes 0, 1 and an ignored
  // one.
  const auto equal = torch::zeros({1, 2, 1, 3}, torch::kDouble);
  const auto mixed = torch::tensor({0, 1, 255}, torch::kLong).view({1, 1, 3});
  EXPECT_NEAR(mean_cross_entropy(equal, mixed, 255, {3.0, 5.0}).item<double>(),
              std::log(2.0) * (3 + 5) / 3, 1e-15);
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
  const auto plain = segmentation_losses(model, images, labels, {.auxiliary = {.weight = 1.0}});
  EXPECT_FLOAT_EQ(weighted, 0.4F * plain[2].second.item<float>());
  auto options = tiny_model("FCNHead");
  options.auxiliary_head.reset();
  EncoderDecoder alone(options);
  EXPECT_EQ(segmentation_losses(alone, images, labels).size(), 2U);
}

TEST(SegmentationLosses, WeighBothHeadsAndTheirClasses) {
  EncoderDecoder model(tiny_model("FCNHead"));
  model->eval();
  const auto images = torch::randn({1, 3, 32, 48});
  // One class only, so that its weight is a factor of the whole.
  const auto labels = torch::full({1, 32, 48}, 2, torch::kLong);
  const auto plain = segmentation_losses(model, images, labels, {.auxiliary = {.weight = 1.0}});
  const std::vector<double> classes = {1.0, 1.0, 4.0, 1.0, 1.0};
  const auto weighted = segmentation_losses(
      model, images, labels, {.decode = {.weight = 0.5}, .auxiliary = {0.25, classes}});
  EXPECT_FLOAT_EQ(weighted[0].second.item<float>(), 0.5F * plain[0].second.item<float>());
  EXPECT_FLOAT_EQ(weighted[2].second.item<float>(), 0.25F * 4.0F * plain[2].second.item<float>());
}

TEST(SegmentationLosses, ResizeWithTheHeadsAlignCorners) {
  auto options = tiny_model("FCNHead");
  options.decode_head.align_corners = true;
  options.auxiliary_head->align_corners = false;
  EncoderDecoder model(options);
  model->eval();
  const torch::NoGradGuard no_gradients;
  const auto images = torch::randn({1, 3, 32, 48});
  const auto labels = torch::randint(5, {1, 32, 48}, torch::kLong);
  const auto losses = segmentation_losses(model, images, labels);
  const auto features = model->forward_features(images);
  const auto expected = [&](const torch::Tensor& logits, bool align_corners) {
    const auto resized = at::upsample_bilinear2d(logits, {32, 48}, align_corners);
    return mean_cross_entropy(resized, labels, 255).item<float>();
  };
  EXPECT_FLOAT_EQ(losses[0].second.item<float>(), expected(model->forward_decode(features), true));
  EXPECT_NE(losses[0].second.item<float>(), expected(model->forward_decode(features), false));
  EXPECT_FLOAT_EQ(losses[2].second.item<float>(),
                  0.4F * expected(model->forward_auxiliary(features), false));
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

TEST(SegmentationLosses, SayOnceWhenTheForwardPassIsOver) {
  EncoderDecoder model(tiny_model("FCNHead"));
  std::int64_t updates = 0;
  int calls = 0;
  segmentation_losses(model, torch::randn({2, 3, 32, 48}), torch::zeros({2, 32, 48}, torch::kLong),
                      {}, [&] {
                        ++calls;
                        updates = model
                                      ->named_buffers()
                                          ["auxiliary_head.convs.0.bn."
                                           "num_batches_tracked"]
                                      .item<std::int64_t>();
                      });
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(updates, 1) << "both heads have run";
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
