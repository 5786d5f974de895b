#include "harness/judge/rules/evaluated/evaluation_agreement.h"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;

std::string beside_its_network(void (*change)(EvaluationRecord&)) {
  EvaluationRecord record = sample::evaluation_record(52.0);
  change(record);
  return other_network(record, resolve_model(sample::row(), sample::config().at("model")),
                       Policy::kFp16Amp);
}

TEST(EvaluationAgreement, AnEvaluationIsOfItsNetwork) {
  EXPECT_THAT(beside_its_network([](EvaluationRecord&) {}), IsEmpty());
  EXPECT_THAT(beside_its_network([](EvaluationRecord& record) {
                record.protocol = "ms_flip";
                record.forward.reset();
                record.logits.elements = 2704384;
              }),
              IsEmpty());
}

/// Under autocast only convolutions compute in half on every device.
TEST(EvaluationAgreement, ANormMayComputeInFp32) {
  EXPECT_THAT(beside_its_network([](EvaluationRecord& record) {
                record.forward->activations.max_abs_layer = "backbone.layer1.0.bn3";
                record.forward->activations.max_abs = 34.21;
              }),
              IsEmpty());
}

TEST(EvaluationAgreement, WhatTheNetworkDoesNotHaveIsSeen) {
  const std::pair<const char*, void (*)(EvaluationRecord&)> kinds[] = {
      {"18 classes", [](auto& record) { record.classes = 18; }},
      {"58 convolutions",
       [](auto& record) {
         record.forward->census["convolution"] = {{"", 58}};
       }},
      {"1 batch norms",
       [](auto& record) {
         record.forward->census["batch_norm"] = {{"", 1}};
       }},
      {"0 batch norms", [](auto& record) { record.forward->census.erase("batch_norm"); }},
      {"13,631,487 activations",
       [](auto& record) { record.forward->activations.elements = 4 * 6656 * 512 - 1; }},
      {"no layer is named",
       [](auto& record) { record.forward->activations.max_abs_layer.reset(); }},
      {"is called \"\"", [](auto& record) { record.forward->activations.max_abs_layer = ""; }},
      {"is called \"auxiliary_head.conv_seg\"",
       [](auto& record) { record.forward->activations.max_abs_layer = "auxiliary_head.conv_seg"; }},
      {"is called \"stem\"",
       [](auto& record) { record.forward->activations.first_non_finite_layer = "stem"; }},
      {"float16, which cannot hold 34.21",
       [](auto& record) { record.forward->activations.max_abs = 34.21; }},
      {"1 byte, its weights alone have", [](auto& record) { record.forward->peak_bytes = 1; }},
      {"1 logit", [](auto& record) { record.logits.elements = 1; }},
      {"17 images", [](auto& record) { record.images = 17; }},
      {"1,000 images", [](auto& record) { record.images = 1000; }}};
  for (const auto& [what, change] : kinds) {
    EXPECT_THAT(beside_its_network(change), HasSubstr(what));
  }
}

std::string beside_another(void (*change)(EvaluationRecord&)) {
  EvaluationRecord other = sample::evaluation_record(53.0, "float32");
  change(other);
  return disagreement(sample::evaluation_record(52.0), other);
}

ActivationsRecord& forward_of(EvaluationRecord& record) {
  return record.forward->activations;
}

TEST(EvaluationAgreement, TwoEvaluationsSeeTheSameImages) {
  EXPECT_THAT(beside_another([](EvaluationRecord&) {}), IsEmpty());
  EXPECT_THAT(beside_another([](EvaluationRecord& record) {
                forward_of(record).max_abs = 23.0;
                forward_of(record).zeros += 220'000;
              }),
              IsEmpty());
  // What overflows in one arithmetic is lost behind it.
  EXPECT_THAT(beside_another([](EvaluationRecord& record) {
                forward_of(record).non_finite = 1;
                forward_of(record).max_abs = 60000.0;
                forward_of(record).zeros = 0;
              }),
              IsEmpty());
  const std::pair<const char*, void (*)(EvaluationRecord&)> kinds[] = {
      {"images", [](auto& record) { ++record.images; }},
      {"pixels", [](auto& record) { ++record.pixels; }},
      {"classes", [](auto& record) { ++record.classes; }},
      {"logits", [](auto& record) { ++record.logits.elements; }},
      {"with activations", [](auto& record) { --record.forward->activations.images; }},
      {"activations", [](auto& record) { ++record.forward->activations.elements; }},
      {"the largest activation is 34", [](auto& record) { forward_of(record).max_abs = 22.0; }},
      {"the largest activation is 34", [](auto& record) { forward_of(record).max_abs = 52.0; }},
      {"are small, and 8606399", [](auto& record) { forward_of(record).zeros -= 220'001; }},
      {"are small, and 9046401",
       [](auto& record) { forward_of(record).half_subnormals += 220'001; }},
      {"labels", [](auto& record) {
         ++record.confusion[0][0];
         --record.confusion[1][1];
       }}};
  for (const auto& [what, change] : kinds) EXPECT_THAT(beside_another(change), HasSubstr(what));
}

TEST(EvaluationAgreement, ScalesAndFlipHaveTheirOwnLogits) {
  EXPECT_THAT(beside_another([](EvaluationRecord& record) {
                record.protocol = "ms_flip";
                record.logits.elements *= 17;
              }),
              IsEmpty());
}

/// Pixels that changed class, beside two evaluations of one label and three classes.
std::string of_changes(std::int64_t changed, const std::vector<std::int64_t>& half,
                       const std::vector<std::int64_t>& reference) {
  ParityRecord parity;
  parity.changed_pixels = changed;
  EvaluationRecord ours;
  EvaluationRecord theirs;
  ours.confusion = {half, {0, 5, 0}, {0, 0, 0}};
  theirs.confusion = {reference, {0, 5, 0}, {0, 0, 0}};
  return disagreement(parity, ours, theirs);
}

TEST(EvaluationAgreement, AsManyPixelsChangedAsTheMatricesAllow) {
  // At least the two that left the first class, and at most all but the 90 + 88 - 100 that are in
  // the first class of both.
  for (const std::int64_t changed : {2, 22}) {
    EXPECT_THAT(of_changes(changed, {90, 6, 4}, {88, 8, 4}), IsEmpty()) << changed;
  }
  for (const std::int64_t changed : {0, 1, 23}) {
    EXPECT_THAT(of_changes(changed, {90, 6, 4}, {88, 8, 4}), HasSubstr("2 to 22 did")) << changed;
  }
  EXPECT_THAT(of_changes(100, {40, 30, 30}, {30, 40, 30}), IsEmpty());
  EXPECT_THAT(of_changes(0, {40, 30, 30}, {40, 30, 30}), IsEmpty());
}

std::string of_comparison(ComparedSide side, void (*change)(EvaluationRecord&)) {
  const bool is_half = side == ComparedSide::kHalf;
  EvaluationRecord record =
      is_half ? sample::evaluation_record(52.051) : sample::evaluation_record(52.06, "float32");
  change(record);
  return disagreement(sample::parity_record(), side, record);
}

TEST(EvaluationAgreement, AComparisonIsOfWhatWasEvaluated) {
  const std::pair<const char*, void (*)(EvaluationRecord&)> kinds[] = {
      {"16 images", [](auto& record) { record.images = 15; }},
      {"pixels", [](auto& record) { ++record.pixels; }},
      {"mIoU", [](auto& record) { record.miou += 0.001; }},
      {"by class",
       [](auto& record) {
         ++record.confusion[0][0];
         --record.confusion[0][1];
       }},
      {"no activation above 3", [](auto& record) { record.forward->activations.max_abs = 3.0; }}};
  for (const auto side : {ComparedSide::kHalf, ComparedSide::kReference}) {
    EXPECT_THAT(of_comparison(side, [](EvaluationRecord&) {}), IsEmpty());
    for (const auto& [what, change] : kinds) {
      EXPECT_THAT(of_comparison(side, change), HasSubstr(what));
    }
  }
}

TEST(EvaluationAgreement, ADistanceIsMissingOnlyWhereLogitsAreNotFinite) {
  ParityRecord parity = sample::parity_record();
  parity.logits.rmse = NAN;
  EvaluationRecord evaluation = sample::evaluation_record(52.051);
  EXPECT_THAT(disagreement(parity, ComparedSide::kHalf, evaluation), HasSubstr("no distance"));
  evaluation.logits.non_finite = 1;
  EXPECT_THAT(disagreement(parity, ComparedSide::kHalf, evaluation), IsEmpty());
}

TEST(EvaluationAgreement, ADistanceOfLogitsThatAreNotFiniteIsNone) {
  const ParityRecord parity = sample::parity_record();
  EvaluationRecord evaluation = sample::evaluation_record(52.051);
  // Two of 16 images are compared: the others may have lost all of theirs.
  evaluation.logits.non_finite = evaluation.logits.elements / 16 * 14;
  EXPECT_THAT(disagreement(parity, ComparedSide::kHalf, evaluation), IsEmpty());
  ++evaluation.logits.non_finite;
  EXPECT_THAT(disagreement(parity, ComparedSide::kHalf, evaluation),
              HasSubstr("a distance of logits that are not finite"));
}

TEST(EvaluationAgreement, ImagesAreAllOfTheDataSet) {
  const EvaluationRecord record = sample::evaluation_record(52.05);
  DataSpec data;
  EXPECT_THAT(other_data(record, data), IsEmpty()) << "a suite that does not say";
  data.images = 16;
  EXPECT_THAT(other_data(record, data), IsEmpty());
  for (const std::int64_t images : {15, 17, 500}) {
    data.images = images;
    EXPECT_THAT(other_data(record, data), HasSubstr("16 images, expected"));
  }
}

}  // namespace
}  // namespace harness
