#include "harness/train/training_setup.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/testing/minizoo_rows.h"

namespace harness {
namespace {

constexpr const char* kPretrained = "fixtures/minizoo/zoo/pretrain/resnet50_v1c_w8-32c09ca3.pth";

TEST(TrainingSetup, IsThatOfTheRowAndItsCheckpoint) {
  const MinizooRow row = minizoo_row("fcn_fp16");
  const auto setup = training_setup(row.row, row.checkpoint, Policy::kFp16Master);
  EXPECT_EQ(setup.recipe.batch, 4U);
  EXPECT_EQ(setup.spec.decode_head.channels, 32);
  EXPECT_EQ(loader_options(setup, 7).batch, 4U);
  EXPECT_EQ(loader_options(setup, 7).seed, 7U);
  EXPECT_EQ(setup.recipe.losses.auxiliary.weight, 0.4);
  EXPECT_TRUE(training_setup(row.row, "", Policy::kFp32).meta.is_null());
  EXPECT_EQ(setup.spec.decode_head.dropout_ratio, 0.1);
  EXPECT_EQ(without_dropout(setup).spec.decode_head.dropout_ratio, 0.0);
  EXPECT_EQ(without_dropout(setup).spec.auxiliary_head.dropout_ratio, 0.0);
}

TEST(TrainingSetup, OnlyTheCpuTrainsWithChannelsLast) {
  TrainingSetup setup;
  choose_layout(setup, torch::kCPU);
  EXPECT_TRUE(setup.recipe.arithmetic.channels_last);
  choose_layout(setup, torch::kCUDA);
  EXPECT_FALSE(setup.recipe.arithmetic.channels_last);
}

TEST(TrainingSetup, TheFirstWeightsAreTheSeedsAndThePretrainedBackbones) {
  const MinizooRow row = minizoo_row("fcn_fp16");
  const auto spec = row.spec();
  const auto model = initial_model(spec, 1, kPretrained);
  const auto same = initial_model(spec, 1, kPretrained);
  const auto other = initial_model(spec, 2, kPretrained);
  const auto scratch = initial_model(spec, 1, "");
  const auto weight = [](const models::EncoderDecoder& of, const std::string& name) {
    return of->named_parameters()[name];
  };
  EXPECT_TRUE(torch::equal(weight(model, "decode_head.conv_seg.weight"),
                           weight(same, "decode_head.conv_seg.weight")));
  EXPECT_FALSE(torch::equal(weight(model, "decode_head.conv_seg.weight"),
                            weight(other, "decode_head.conv_seg.weight")));
  EXPECT_TRUE(torch::equal(weight(model, "backbone.stem.0.weight"),
                           weight(other, "backbone.stem.0.weight")));
  EXPECT_FALSE(torch::equal(weight(model, "backbone.stem.0.weight"),
                            weight(scratch, "backbone.stem.0.weight")));
  EXPECT_THROW(initial_model(spec, 1, row.checkpoint), Error);
}

}  // namespace
}  // namespace harness
