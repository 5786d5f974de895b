#include "harness/judge/evaluation_consistency.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;

TEST(EvaluationConsistency, WhatWasCountedAgreesWithItself) {
  for (const double miou : {0.5, 12.34567, 52.051, 100.0, double{NAN}}) {
    EXPECT_THAT(inconsistency(sample::evaluation_record(miou)), IsEmpty()) << miou;
  }
}

/// The matrix of mmseg's formulas by hand: class 0 has 3 of 4 pixels right, class 1 all 2, class 2
/// none, and class 3 does not exist.
EvaluationRecord by_hand() {
  EvaluationRecord record = sample::evaluation_record(50.0);
  record.confusion = {{3, 1, 0, 0}, {0, 2, 0, 0}, {2, 0, 0, 0}, {0, 0, 0, 0}};
  record.classes = 4;
  record.pixels = 8;
  record.iou = {50.0, 200.0 / 3.0, 0.0, NAN};
  record.acc = {75.0, 100.0, 0.0, NAN};
  record.miou = (50.0 + 200.0 / 3.0) / 3.0;
  record.macc = 175.0 / 3.0;
  record.aacc = 62.5;
  return record;
}

TEST(EvaluationConsistency, MetricsFollowFromTheConfusionMatrix) {
  EXPECT_THAT(inconsistency(by_hand()), IsEmpty());
  for (double EvaluationRecord::*const metric :
       {&EvaluationRecord::miou, &EvaluationRecord::macc, &EvaluationRecord::aacc}) {
    for (const double other : {double{NAN}, double{INFINITY}, 0.0, by_hand().*metric + 0.001}) {
      EvaluationRecord record = by_hand();
      record.*metric = other;
      EXPECT_THAT(inconsistency(record), HasSubstr("its counts give")) << other;
    }
  }
  for (std::vector<double> EvaluationRecord::*const list :
       {&EvaluationRecord::iou, &EvaluationRecord::acc}) {
    EvaluationRecord record = by_hand();
    (record.*list)[1] -= 0.01;
    EXPECT_THAT(inconsistency(record), HasSubstr("of class 1"));
    record = by_hand();
    (record.*list)[3] = 0.0;
    EXPECT_THAT(inconsistency(record), HasSubstr("of class 3"));
    (record.*list).pop_back();
    EXPECT_THAT(inconsistency(record), HasSubstr("3 of 4 classes"));
  }
}

TEST(EvaluationConsistency, AnotherPixelInTheMatrixIsSeen) {
  for (std::size_t label = 0; label < 4; ++label) {
    for (std::size_t prediction = 0; prediction < 4; ++prediction) {
      EvaluationRecord record = by_hand();
      ++record.confusion[label][prediction];
      EXPECT_THAT(inconsistency(record), HasSubstr("8 pixels"));
      // Not even where the pixels are counted with it.
      ++record.pixels;
      EXPECT_THAT(inconsistency(record), HasSubstr("its counts give"));
    }
  }
}

TEST(EvaluationConsistency, TheMatrixIsSquareAndOfCounts) {
  EvaluationRecord record = by_hand();
  record.confusion[2].pop_back();
  EXPECT_THAT(inconsistency(record), HasSubstr("not of 4 classes"));
  record = by_hand();
  record.classes = 3;
  EXPECT_THAT(inconsistency(record), HasSubstr("not of 3 classes"));
  record = by_hand();
  record.confusion[0][3] = -1;
  EXPECT_THAT(inconsistency(record), HasSubstr("less than 0"));
}

TEST(EvaluationConsistency, TimesAreInOrder) {
  const std::pair<const char*, void (*)(EvaluationRecord&)> kinds[] = {
      {"rate", [](auto& record) { record.images_per_second = 15.0; }},
      {"no rate", [](auto& record) { record.images_per_second = NAN; }},
      {"median", [](auto& record) { record.seconds_per_image.median = 0.1; }},
      {"min", [](auto& record) { record.seconds_per_image.min = 0.0; }},
      {"max", [](auto& record) { record.seconds_per_image.max = NAN; }},
      {"images", [](auto& record) { record.seconds_per_image.images = 12; }},
      {"warm-up", [](auto& record) { record.seconds_per_image.warmup = -1; }},
      {"none", [](auto& record) { record.seconds_per_image.images = 0; }},
      {"all images", [](auto& record) { record.images = 0; }}};
  for (const auto& [name, change] : kinds) {
    EvaluationRecord record = sample::evaluation_record(50.0);
    change(record);
    EXPECT_FALSE(inconsistency(record).empty()) << name;
  }
  EvaluationRecord record = sample::evaluation_record(50.0);
  record.seconds_per_image = {NAN, NAN, NAN, 0, 0};
  record.images_per_second = NAN;
  EXPECT_THAT(inconsistency(record), IsEmpty());
}

TEST(EvaluationConsistency, ActivationsAreWhatWasCounted) {
  const std::pair<const char*, void (*)(ForwardRecord&)> kinds[] = {
      {"images", [](auto& forward) { forward.activations.images = 17; }},
      {"no images", [](auto& forward) { forward.activations.images = 0; }},
      {"fewer images", [](auto& forward) { forward.activations.images = 3; }},
      {"more images", [](auto& forward) { forward.activations.images = 5; }},
      {"more zeros than others", [](auto& forward) { forward.activations.zeros = 11'000'001; }},
      {"nothing but zeros", [](auto& forward) { forward.activations.max_abs = 0.0; }},
      {"elements", [](auto& forward) { forward.activations.elements = 1; }},
      {"zeros", [](auto& forward) { forward.activations.zeros = 22'000'000; }},
      {"subnormals", [](auto& forward) { forward.activations.half_subnormals = -1; }},
      {"magnitude", [](auto& forward) { forward.activations.max_abs = 70000.0; }},
      {"negative", [](auto& forward) { forward.activations.max_abs = -1.0; }},
      {"above", [](auto& forward) { forward.activations.above_half_max = 1; }},
      {"lost", [](auto& forward) { forward.activations.non_finite = 1; }},
      {"layer", [](auto& forward) { forward.activations.first_non_finite_layer = "stem"; }},
      {"census",
       [](auto& forward) {
         forward.census["resize"] = {{"float32", 0}};
       }},
      {"memory", [](auto& forward) { forward.peak_bytes = 0; }}};
  for (const auto& [name, change] : kinds) {
    EvaluationRecord record = sample::evaluation_record(50.0);
    change(record.forward.value());
    EXPECT_FALSE(inconsistency(record).empty()) << name;
  }
  EvaluationRecord record = sample::evaluation_record(50.0);
  record.forward->activations.zeros = 11'000'000;
  EXPECT_THAT(inconsistency(record), IsEmpty());
  record.logits.non_finite = record.logits.elements + 1;
  EXPECT_THAT(inconsistency(record), HasSubstr("155,648 logits"));
  record.logits.non_finite = 3;
  EXPECT_THAT(inconsistency(record), IsEmpty());
}

TEST(ParityConsistency, MetricsFollowFromTheCountsOfItsImages) {
  EXPECT_THAT(inconsistency(sample::parity_record()), IsEmpty());
  for (double ParityRecord::*const metric :
       {&ParityRecord::miou, &ParityRecord::miou_reference, &ParityRecord::difference}) {
    for (const double other : {double{NAN}, 0.0, sample::parity_record().*metric + 0.001}) {
      ParityRecord record = sample::parity_record();
      record.*metric = other;
      EXPECT_FALSE(inconsistency(record).empty()) << other;
    }
  }
}

TEST(ParityConsistency, CountsAreThoseOfThePixels) {
  const std::pair<const char*, void (*)(ParityRecord&)> kinds[] = {
      {"pixels", [](auto& record) { ++record.pixels; }},
      {"too many changed", [](auto& record) { record.changed_pixels = record.pixels + 1; }},
      {"negative", [](auto& record) { record.changed_pixels = -1; }},
      {"too few changed", [](auto& record) { record.changed_pixels = 0; }},
      {"more changed than can be", [](auto& record) { record.changed_pixels = record.pixels; }},
      {"logits of all images", [](auto& record) { record.logits.images = 16; }},
      {"logits of one image", [](auto& record) { record.logits.images = 1; }},
      {"an image less", [](auto& record) { record.per_image.pop_back(); }},
      {"no images", [](auto& record) { record.images = 0; }},
      {"logits", [](auto& record) { record.logits.images = 17; }},
      {"another count", [](auto& record) { ++record.per_image[1].intersect[0]; }},
      {"another union", [](auto& record) { --record.per_image[0].unite_reference[1]; }},
      {"more than all", [](auto& record) { record.per_image[0].unite[0] = 5; }},
      {"negative counts", [](auto& record) { record.per_image[0].intersect[0] = -5; }},
      {"two images exchanged",
       [](auto& record) {
         // The sums over all images stay as they were.
         auto& one = record.per_image[0];
         auto& other = record.per_image[1];
         one.intersect[0] -= 20'000'000;
         one.unite[0] += 20'000'000;
         other.intersect[0] += 20'000'000;
         other.unite[0] -= 20'000'000;
       }},
      {"predictions exchanged",
       [](auto& record) {
         auto& unite = record.per_image[0].unite;
         unite[0] += 20'000'000;
         unite[1] -= 20'000'000;
         record.per_image[1].unite[0] -= 20'000'000;
         record.per_image[1].unite[1] += 20'000'000;
       }},
      {"a class less", [](auto& record) { record.per_image[1].unite.pop_back(); }}};
  for (const auto& [name, change] : kinds) {
    ParityRecord record = sample::parity_record();
    change(record);
    EXPECT_FALSE(inconsistency(record).empty()) << name;
  }
}

/// Of each image and class, pixels that are right in both arithmetics did not change.
TEST(ParityConsistency, WhatIsRightInBothDidNotChange) {
  ParityRecord record = sample::parity_record();
  std::int64_t most = record.pixels;
  for (const auto& image : record.per_image) {
    const std::int64_t least_unions = std::min(image.unite[0], image.unite_reference[0]);
    most -= 2 * (image.intersect[0] + image.intersect_reference[0] - least_unions);
  }
  ASSERT_LT(most, record.pixels);
  record.changed_pixels = most;
  EXPECT_THAT(inconsistency(record), IsEmpty());
  ++record.changed_pixels;
  EXPECT_THAT(inconsistency(record), HasSubstr("at most"));
}

}  // namespace
}  // namespace harness
