#include "harness/judge/rules/evaluated/row_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/memory_records.h"
#include "harness/testing/speed_records.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;

TEST(RowModel, RecordsOfTheRowsOwnModelAreItsOwn) {
  for (const auto* precision : {"fp16", "fp32"}) {
    EXPECT_THAT(other_model(sample::row(), precision, sample::speed_record(precision)), IsEmpty());
  }
  EXPECT_THAT(other_model(sample::row(), memory_record_for_tests()), IsEmpty());
  EXPECT_THAT(other_recipe(sample::row(), "fp16", memory_record_for_tests()), IsEmpty());
  EXPECT_THAT(other_recipe(sample::row(), "fp32", single_memory_record_for_tests()), IsEmpty());
}

TEST(RowModel, RowsThatDifferInOneFactHaveOtherModels) {
  const Json others[] = {{{"backbone", {{"depth", 50}}}},
                         {{"decode_head", {{"num_classes", 18}}}},
                         {{"decode_head", {{"channels", 256}}}},
                         {{"decode_head", {{"type", "PSPHead"}}}},
                         {{"backbone", {{"strides", {1, 2, 2, 1}}}}}};
  for (const auto& model : others) {
    Row row = sample::row();
    row.model = model;
    EXPECT_THAT(other_model(row, "fp16", sample::speed_record("fp16")),
                HasSubstr("the row's model"))
        << model;
  }
  Row row = sample::row();
  row.model = {{"auxiliary_head", nullptr}};
  EXPECT_THAT(other_model(row, "fp16", sample::speed_record("fp16")),
              HasSubstr("bytes of weights"));
  EXPECT_THAT(other_model(row, memory_record_for_tests()), HasSubstr("parameters"));
}

TEST(RowModel, WeightsHaveTheTypesOfThePrecision) {
  EXPECT_THAT(other_model(sample::row(), "fp16", sample::speed_record("fp32")),
              HasSubstr("bytes of weights"));
  EXPECT_THAT(other_model(sample::row(), "bf16-amp", sample::speed_record("fp32")), IsEmpty());
}

TEST(RowModel, ARowWhoseModelIsUnknownHasNone) {
  Row row = sample::row();
  row.method = "another";
  EXPECT_THAT(other_model(row, "fp16", sample::speed_record("fp16")), testing::Not(IsEmpty()));
  EXPECT_THAT(other_model(row, memory_record_for_tests()), testing::Not(IsEmpty()));
  EXPECT_EQ(convolutions_of(row), 0);
  EXPECT_EQ(convolutions_of(sample::row()), 110);
}

TEST(RowModel, AStepKeepsWhatItsGradientsNeed) {
  const auto other = [](const char* kind, std::int64_t more) {
    MemoryRecord record = memory_record_for_tests();
    record.kept[kind] += more;
    return other_activations(sample::row(), "fp16", record);
  };
  EXPECT_THAT(other("loss", 0), IsEmpty());
  EXPECT_THAT(other("loss", 4096), IsEmpty()) << "scalars";
  EXPECT_THAT(other("loss", 4097), HasSubstr("the loss keeps"));
  EXPECT_THAT(other("loss", -1), HasSubstr("the loss keeps"));
  EXPECT_THAT(other("convolution", 4097), HasSubstr("norms read"));
  EXPECT_THAT(other("convolution", -1), HasSubstr("norms read"));
  EXPECT_THAT(other("batch_norm", 4097), HasSubstr("results of norms"));
  EXPECT_THAT(other("batch_norm", -1), HasSubstr("results of norms"));
  EXPECT_THAT(other("pool", std::int64_t{1} << 40), HasSubstr("other layers"));
  EXPECT_THAT(other_activations(sample::row(), "fp32", single_memory_record_for_tests()),
              IsEmpty());
  EXPECT_THAT(other_activations(sample::row(), "fp32", memory_record_for_tests()),
              HasSubstr("norms read"));
  MemoryRecord record = memory_record_for_tests();
  record.kept.erase("loss");
  EXPECT_THAT(other_activations(sample::row(), "fp16", record), HasSubstr("got 0"));
}

TEST(RowModel, AGpuGivesBlocksThatAreLarger) {
  MemoryRecord record = memory_record_for_tests();
  record.allocator.emplace();
  record.kept["convolution"] += record.kept["convolution"] / 2;
  record.tensors.bytes += record.kept["convolution"];
  EXPECT_THAT(other_activations(sample::row(), "fp16", record), IsEmpty());
  record.kept["convolution"] *= 2;
  EXPECT_THAT(other_activations(sample::row(), "fp16", record), HasSubstr("norms read"));
}

TEST(RowModel, AtThePeakALossHasItsGradient) {
  MemoryRecord record = memory_record_for_tests();
  EXPECT_THAT(other_activations(sample::row(), "fp16", record), IsEmpty());
  record.tensors.bytes -= 4097;
  EXPECT_THAT(other_activations(sample::row(), "fp16", record), HasSubstr("at the peak"));
}

TEST(RowModel, WhatStandsIsTheRowsStateDict) {
  const auto other = [](std::int64_t StandingMemory::*part, std::int64_t more, bool on_gpu) {
    MemoryRecord record = memory_record_for_tests();
    record.tensors.standing.*part += more;
    if (on_gpu) record.allocator.emplace();
    return other_state(sample::row(), "fp16", record);
  };
  std::int64_t StandingMemory::*const parts[] = {
      &StandingMemory::weights,          &StandingMemory::gradients, &StandingMemory::masters,
      &StandingMemory::master_gradients, &StandingMemory::momentum,  &StandingMemory::buffers};
  for (const auto part : parts) {
    for (const bool on_gpu : {false, true}) {
      EXPECT_THAT(other(part, 0, on_gpu), IsEmpty());
      EXPECT_THAT(other(part, 512, on_gpu), IsEmpty());
      EXPECT_THAT(other(part, -1, on_gpu), HasSubstr("bytes of"));
      EXPECT_THAT(other(part, 1 << 30, on_gpu), HasSubstr("bytes of"));
    }
  }
  EXPECT_THAT(other(&StandingMemory::weights, 1 << 20, false), HasSubstr("weights"));
  EXPECT_THAT(other(&StandingMemory::other, 1 << 20, false), HasSubstr("libraries"));
  EXPECT_THAT(other(&StandingMemory::other, 1 << 20, true), IsEmpty());
  EXPECT_THAT(other_state(sample::row(), "fp32", single_memory_record_for_tests()), IsEmpty());
}

TEST(RowModel, OtherArithmeticsHaveTheirDefaultScaler) {
  MemoryRecord record = single_memory_record_for_tests();
  record.scaler = "static";
  EXPECT_THAT(other_recipe(sample::row(), "fp32", record), HasSubstr("the scaler none"));
  record = memory_record_for_tests();
  record.sgd_momentum = NAN;
  EXPECT_THAT(other_recipe(sample::row(), "fp16", record), HasSubstr("a momentum of 0.9"));
}

}  // namespace
}  // namespace harness
