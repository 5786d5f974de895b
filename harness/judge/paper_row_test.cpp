#include "harness/judge/paper_row.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/paper_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;

/// Expects that no statement passes, and that the reason names what differs.
void expect_refused(const Experiment& broken, const Row& row, std::string_view what) {
  for (const auto& judged : judge_experiment(broken, &row)) {
    EXPECT_EQ(judged.verdict, Verdict::kFail) << what << ", " << judged.claim;
    EXPECT_THAT(judged.reason, HasSubstr("not the experiment with this row")) << what;
    EXPECT_THAT(judged.reason, HasSubstr(what));
  }
}

TEST(PaperRow, WhatWasMeasuredIsTheWholeExperiment) {
  const Row row = measured_row();
  for (const auto& one : measured_documents()) {
    for (const auto& judged : judge_experiment(one, &row)) {
      const bool is_published = judged.claim != "weight-grads";
      EXPECT_EQ(judged.verdict, is_published ? Verdict::kPass : Verdict::kNotVerifiable)
          << judged.claim << ": " << judged.reason;
    }
  }
}

TEST(PaperRow, SettingsAreTheRows) {
  const std::pair<const char*, Json> changes[] = {{"momentum", 0.5},
                                                  {"momentum", nullptr},
                                                  {"batches", 1},
                                                  {"dropout", 0.5},
                                                  {"weight_decay", nullptr},
                                                  {"batch", {8, 3, 64, 128}},
                                                  {"batch", {4, 3, 512, 1024}},
                                                  {"batch", {4, 3, 64}}};
  for (const auto& good : measured_documents()) {
    for (const auto& [key, value] : changes) {
      Experiment one = good;
      one.settings["row"][key] = value;
      const Row row = measured_row();
      for (const auto& judged : judge_experiment(one, &row)) {
        EXPECT_EQ(judged.verdict, Verdict::kFail) << key << ", " << judged.claim;
      }
    }
  }
}

TEST(PaperRow, RatesAndScalesAreTheRows) {
  for (const auto& good : measured_documents()) {
    const bool has_rate =
        good.name == PaperExperiment::kMasterWeights || good.name == PaperExperiment::kOverflow;
    const bool has_scale = good.name != PaperExperiment::kFp32Accumulation;
    Row row = measured_row();
    row.recipe["lr"] = 0.01;
    if (has_rate) expect_refused(good, row, "learning rate: expected 0.01, got 0.05");
    row = measured_row();
    row.arithmetic->scaler->init_scale = 128.0;
    if (has_scale) expect_refused(good, row, "loss scale: expected 128, got 512");
  }
  Experiment late = measured_document(PaperExperiment::kMasterWeights);
  late.measurements["published"]["learning_rate"] = 0.06;
  expect_refused(late, measured_row(), "learning rate");
}

TEST(PaperRow, AnotherModelHasOtherCounts) {
  for (const auto& good : measured_documents()) {
    Row deep = measured_row();
    deep.model["backbone"]["depth"] = 101;
    expect_refused(good, deep, "expected");
    Row unknown = measured_row();
    unknown.model["decode_head"]["type"] = "AnotherHead";
    expect_refused(good, unknown, "AnotherHead");
  }
}

/// One change of a document after which its parts still agree with each other.
struct Part {
  PaperExperiment name;
  const char* what;
  void (*take)(Json& settings, Json& measured);
};

const Part kParts[] = {
    {PaperExperiment::kMasterWeights, "steps",
     [](Json& settings, Json&) { settings["steps"] = 9; }},
    {PaperExperiment::kMasterWeights, "part of the training",
     [](Json& settings, Json&) { settings["part_of_training_published"] = 0.5; }},
    {PaperExperiment::kMasterWeights, "weights in half",
     [](Json&, Json& measured) { measured["published"]["weights"] = 100; }},
    {PaperExperiment::kMasterWeights, "updates that are not 0",
     [](Json&, Json& measured) {
       measured["start"]["all_steps"] = {{"updates", 100}, {"lost", 99}};
     }},
    {PaperExperiment::kMasterWeights, "updates with a ratio",
     [](Json&, Json& measured) {
       for (const char* part : {"below_2048", "between", "above_4096"}) {
         measured["published"][part] = {{"updates", 100}, {"lost", 100}};
       }
     }},
    {PaperExperiment::kLossScaling, "batches",
     [](Json& settings, Json&) { settings["batches"] = 1; }},
    {PaperExperiment::kLossScaling, "gradients of activations",
     [](Json&, Json& measured) { measured["start"]["activations"]["elements"] = 4397055; }},
    {PaperExperiment::kLossScaling, "gradients of weights",
     [](Json&, Json& measured) { measured["published"]["weights"]["elements"] = 1104291; }},
    {PaperExperiment::kLossScaling, "heads with logits",
     [](Json&, Json& measured) { measured["start"]["logits"].erase(0); }},
    {PaperExperiment::kLossScaling, "no head's logits",
     [](Json&, Json& measured) { measured["start"]["logits"][0]["layer"] = "backbone.stem.0"; }},
    {PaperExperiment::kLossScaling, "a bound of",
     [](Json&, Json& measured) { measured["start"]["logits"][0]["bound"] = 1e30; }},
    {PaperExperiment::kFp32Accumulation, "seed of the dot products",
     [](Json& settings, Json&) { settings["dot_product_seed"] = 2; }},
    {PaperExperiment::kFp32Accumulation, "dot products of 16, 64",
     [](Json&, Json& measured) { measured["dot_products"].erase(0); }},
    {PaperExperiment::kFp32Accumulation, "means of",
     [](Json&, Json& measured) { measured["statistics"].erase(0); }},
    {PaperExperiment::kFp32Accumulation, "ones: expected 8,192, got 2,049",
     [](Json&, Json& measured) { measured["kernels"]["ones"] = 2049; }},
    {PaperExperiment::kFp32Accumulation, "values of a channel",
     [](Json&, Json& measured) { measured["kernels"]["count"] = 2049; }},
    {PaperExperiment::kFp32Accumulation, "value of a channel",
     [](Json&, Json& measured) { measured["kernels"]["value"] = 1.0; }},
    {PaperExperiment::kFp32Accumulation, "convolutions: expected 61, got 1",
     [](Json&, Json& measured) {
       measured["activations"] = Json::array({measured["activations"][0]});
     }},
    {PaperExperiment::kFp32Accumulation, "does not have another",
     [](Json&, Json& measured) { measured["activations"][0]["layer"] = "another"; }},
    {PaperExperiment::kFp32Accumulation, "5 channels",
     [](Json&, Json& measured) { measured["activations"][0]["channels"] = 5; }},
    {PaperExperiment::kFp32Accumulation, "results of convolutions",
     [](Json&, Json& measured) { measured["activations"][0]["count"] = 100; }},
    {PaperExperiment::kOverflow, "scale that is too large",
     [](Json& settings, Json&) { settings["scale"] = 65536.0; }},
    {PaperExperiment::kOverflow, "dynamic scale",
     [](Json& settings, Json&) { settings["dynamic_steps"] = 10; }},
    {PaperExperiment::kOverflow, "static scale",
     [](Json& settings, Json&) { settings["static_steps"] = 2; }},
    {PaperExperiment::kOverflow, "masters",
     [](Json&, Json& measured) { measured["row"]["weights"] = 100; }}};

/// Of the document's record, whatever else its parts say of each other.
std::string other_part(const Experiment& one) {
  const Row row = measured_row();
  switch (one.name) {
    case PaperExperiment::kMasterWeights:
      return other_experiment(measurements_of<MasterWeightsRecord>(one), one.settings, row);
    case PaperExperiment::kLossScaling:
      return other_experiment(measurements_of<LossScalingRecord>(one), one.settings, row);
    case PaperExperiment::kFp32Accumulation:
      return other_experiment(measurements_of<AccumulationRecord>(one), one.settings, row);
    case PaperExperiment::kOverflow:
      break;
  }
  return other_experiment(measurements_of<OverflowRecord>(one), one.settings, row);
}

TEST(PaperRow, APartOfTheExperimentIsNotTheExperiment) {
  for (const auto& [name, what, take] : kParts) {
    Experiment one = measured_document(name);
    EXPECT_EQ(other_part(one), "");
    take(one.settings["experiment"], one.measurements);
    EXPECT_THAT(other_part(one), HasSubstr(what));
  }
}

TEST(PaperRow, MostChannelsVary) {
  Experiment one = measured_document(PaperExperiment::kFp32Accumulation);
  for (auto& layer : one.measurements["activations"]) layer["channels"] = 1;
  EXPECT_THAT(other_part(one), HasSubstr("channels that vary"));
}

}  // namespace
}  // namespace harness
