#include "harness/precision/flat_parameters.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>

#include "harness/precision/half_model.h"

namespace harness {
namespace {

namespace nn = torch::nn;

nn::Sequential small_model() {
  torch::manual_seed(5);
  return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(3, 5, 3).bias(true)), nn::BatchNorm2d(5),
                        nn::Conv2d(nn::Conv2dOptions(5, 2, 1).bias(false)));
}

TEST(FlatParameters, KeepValuesAndShareTheirMemory) {
  auto model = small_model();
  std::vector<torch::Tensor> before;
  for (const auto& parameter : model->parameters()) before.push_back(parameter.detach().clone());
  FlatParameters flat(*model);
  const auto after = model->parameters();
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_TRUE(torch::equal(after[i], before[i])) << i;
  flat.values().fill_(7.0);
  for (const auto& parameter : after) EXPECT_TRUE(parameter.eq(7.0).all().item<bool>());
}

TEST(FlatParameters, GiveEachParameterAPlaceOnACacheLine) {
  auto model = small_model();
  FlatParameters flat(*model);
  auto line = torch::zeros({flat.size()});
  const auto views = flat.views(line);
  ASSERT_EQ(views.size(), 5U);
  EXPECT_EQ(views[0].first, "0.weight");
  EXPECT_EQ(views[3].first, "1.bias");
  std::int64_t total = 0;
  for (auto [name, view] : views) {
    EXPECT_EQ(view.storage_offset() % 32, 0) << name;
    view.add_(1.0);
    total += view.numel();
  }
  EXPECT_EQ(line.sum().item<float>(), static_cast<float>(total)) << "places overlap";
}

TEST(FlatParameters, CollectWhatBackwardLeavesInEveryPass) {
  auto model = small_model();
  auto twin = small_model();
  FlatParameters flat(*model);
  const auto input = torch::randn({2, 3, 6, 6});
  for (int pass = 0; pass < 2; ++pass) {
    flat.zero_gradients();
    twin->zero_grad();
    model->forward(input).square().sum().backward();
    twin->forward(input).square().sum().backward();
    flat.collect_gradients();
    const auto views = flat.views(flat.gradients());
    for (std::size_t i = 0; i < views.size(); ++i) {
      EXPECT_TRUE(torch::equal(views[i].second, twin->parameters()[i].grad())) << pass << " " << i;
    }
  }
}

TEST(FlatParameters, OfTwoDtypesMakeUpOneLine) {
  auto model = small_model();
  cast_keeping_norm(*model, torch::kHalf, torch::kFloat);
  FlatParameters flat(*model);
  EXPECT_FALSE(flat.all_are(torch::kHalf));
  EXPECT_THROW(flat.values(), c10::Error);
  auto line = torch::zeros({flat.size()});
  flat.copy_values_to(line);
  const auto views = flat.views(line);
  const auto parameters = model->parameters();
  for (std::size_t i = 0; i < views.size(); ++i) {
    EXPECT_TRUE(torch::equal(views[i].second, parameters[i].detach().to(torch::kFloat))) << i;
  }
  line.mul_(1.0F + 0x1p-12F);
  flat.copy_values_from(line);
  EXPECT_TRUE(torch::equal(parameters[0].detach(), views[0].second.to(torch::kHalf)));
  EXPECT_TRUE(torch::equal(parameters[2].detach(), views[2].second)) << "norm stays float";
}

TEST(FlatParameters, KeepStrides) {
  auto model = small_model();
  model->parameters()[0].set_data(
      model->parameters()[0].detach().contiguous(torch::MemoryFormat::ChannelsLast));
  FlatParameters flat(*model);
  EXPECT_TRUE(model->parameters()[0].is_contiguous(torch::MemoryFormat::ChannelsLast));
}

TEST(FlatParameters, NameAParameterWithoutAGradient) {
  auto model = small_model();
  FlatParameters flat(*model);
  model[0]->as<nn::Conv2d>()->forward(torch::randn({1, 3, 4, 4})).sum().backward();
  try {
    flat.collect_gradients();
    FAIL() << "a parameter without a gradient was taken";
  } catch (const c10::Error& error) {
    EXPECT_NE(std::string(error.what()).find("1.weight: expected a gradient"), std::string::npos);
  }
}

TEST(FlatParameters, RefuseAModuleWithNothingToTrainAndAReplacedGradient) {
  auto model = small_model();
  for (auto& parameter : model->parameters()) parameter.set_requires_grad(false);
  EXPECT_THROW(FlatParameters{*model}, c10::Error);
  auto other = small_model();
  FlatParameters flat(*other);
  other->forward(torch::randn({2, 3, 6, 6})).sum().backward();
  flat.collect_gradients();
  other->zero_grad();
  EXPECT_THROW(flat.zero_gradients(), c10::Error);
}

}  // namespace
}  // namespace harness
