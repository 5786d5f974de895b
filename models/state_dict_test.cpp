#include "models/state_dict.h"

#include <gmock/gmock.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>

#include "models/test_support.h"

namespace models {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace nn = torch::nn;

/// Keys: 0.weight, 0.bias, 1.weight, 1.bias, 1.running_mean, 1.running_var, 1.num_batches_tracked.
nn::Sequential small_module() {
  return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(1, 2, 1)), nn::BatchNorm2d(2));
}

StateDict copy_of(const nn::Module& module) {
  StateDict copy;
  for (const auto& [name, tensor] : state_dict(module)) {
    copy.emplace_back(name, tensor.detach().clone());
  }
  return copy;
}

StateDictMismatch mismatch_of(nn::Module& module, const StateDict& source) {
  try {
    load_state_dict(module, source);
  } catch (const StateDictMismatch& error) {
    return error;
  }
  ADD_FAILURE() << "the state dict was accepted";
  return {{}, {}, {}};
}

TEST(StateDict, ListsParametersThenBuffersOfEachModuleInTurn) {
  EXPECT_THAT(keys_of(*small_module()),
              ElementsAre("0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean",
                          "1.running_var", "1.num_batches_tracked"));
}

TEST(StateDict, LoadsEveryTensorAndDropsAModulePrefix) {
  auto module = small_module();
  StateDict source;
  for (const auto& [name, tensor] : state_dict(*small_module())) {
    source.emplace_back("module." + name, torch::full_like(tensor.detach(), 7));
  }
  load_state_dict(*module, source);
  for (const auto& [name, tensor] : state_dict(*module)) {
    EXPECT_TRUE(tensor.eq(7).all().item<bool>()) << name;
  }
}

TEST(StateDict, WidensAHalfFileAndRoundsIntoAHalfModel) {
  auto module = small_module();
  auto source = copy_of(*module);
  const double third = 1.0 / 3;
  source[0].second = torch::full({2, 1, 1, 1}, third, torch::kHalf);
  load_state_dict(*module, source);
  EXPECT_EQ(tensor_at(*module, "0.weight").scalar_type(), torch::kFloat);
  EXPECT_EQ(tensor_at(*module, "0.weight")[0].item<float>(), 0.333251953125F);

  auto half = small_module();
  half->to(torch::kHalf);
  source[1].second = torch::full({2}, third, torch::kFloat);
  load_state_dict(*half, source);
  EXPECT_EQ(tensor_at(*half, "0.bias").scalar_type(), torch::kHalf);
  EXPECT_EQ(tensor_at(*half, "0.bias")[1].item<float>(), 0.333251953125F);
}

TEST(StateDict, ReportsEveryDifferenceAtOnce) {
  auto module = small_module();
  auto source = copy_of(*module);
  source.erase(source.begin() + 1);
  source[0].second = torch::zeros({2, 1, 3, 3});
  source.emplace_back("2.weight", torch::zeros({1}));
  source.emplace_back("1.bias", torch::zeros({2}));
  const auto error = mismatch_of(*module, source);
  EXPECT_THAT(error.missing(), ElementsAre("0.bias"));
  EXPECT_THAT(error.unexpected(), ElementsAre("1.bias (again)", "2.weight"));
  EXPECT_THAT(error.misshaped(), ElementsAre("0.weight: expected [2, 1, 1, 1], got [2, 1, 3, 3]"));
  EXPECT_THAT(error.what(), HasSubstr("1 missing: 0.bias; 2 unexpected: 1.bias (again), 2.weight"));
}

TEST(StateDict, ChangesNothingWhenItRefuses) {
  auto module = small_module();
  const auto before = copy_of(*module);
  StateDict source;
  for (const auto& [name, tensor] : before) source.emplace_back(name, tensor + 1);
  source.pop_back();
  EXPECT_THAT(mismatch_of(*module, source).missing(), ElementsAre("1.num_batches_tracked"));
  EXPECT_TRUE(torch::equal(tensor_at(*module, "0.weight"), before[0].second));
}

TEST(StateDict, RefusesAnEmptySource) {
  auto module = small_module();
  EXPECT_EQ(mismatch_of(*module, {}).missing().size(), 7U);
}

TEST(StateDict, PretrainedBackboneMayBringAClassifierAndLackCounters) {
  auto backbone = small_module();
  auto source = copy_of(*backbone);
  source.pop_back();
  source[0].second.fill_(4);
  source.emplace_back("fc.weight", torch::zeros({1000, 2}));
  source.emplace_back("fc.bias", torch::zeros({1000}));
  load_pretrained_backbone(*backbone, source);
  EXPECT_EQ(tensor_at(*backbone, "0.weight").min().item<float>(), 4);
}

TEST(StateDict, PretrainedBackboneMustOtherwiseFit) {
  auto backbone = small_module();
  auto source = copy_of(*backbone);
  source[1].first = "0.offset";
  try {
    load_pretrained_backbone(*backbone, source);
    FAIL() << "a backbone without 0.bias was accepted";
  } catch (const StateDictMismatch& error) {
    EXPECT_THAT(error.missing(), ElementsAre("0.bias"));
    EXPECT_THAT(error.unexpected(), ElementsAre("0.offset"));
    EXPECT_THAT(error.misshaped(), IsEmpty());
  }
}

}  // namespace
}  // namespace models
