#include "harness/base/measurement.h"

#include <cmath>

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(Measurement, FindsWhatIsThere) {
  const Json value{{"forward", {{"elements", 7}, {"max_abs", 1.5}, {"layer", "stem"}}}};
  EXPECT_EQ(count_at(value, {"forward", "elements"}), 7);
  EXPECT_EQ(number_at(value, {"forward", "max_abs"}), 1.5);
  EXPECT_EQ(text_at(value, {"forward", "layer"}), "stem");
  EXPECT_EQ(find_at(value, {}), &value);
}

TEST(Measurement, WhatIsAbsentOrOfAnotherTypeIsMissing) {
  const Json value{{"a", nullptr}, {"b", "3"}, {"c", -1}, {"d", 1.5}, {"e", {1, 2}}};
  EXPECT_EQ(number_at(value, {"a"}), std::nullopt);
  EXPECT_EQ(number_at(value, {"b"}), std::nullopt);
  EXPECT_EQ(count_at(value, {"c"}), std::nullopt);
  EXPECT_EQ(count_at(value, {"d"}), std::nullopt);
  EXPECT_EQ(number_at(value, {"e", "0"}), std::nullopt);
  EXPECT_EQ(number_at(value, {"f", "g"}), std::nullopt);
  EXPECT_EQ(text_at(value, {"d"}), "");
}

TEST(Measurement, NaNAndInfinityAreMissing) {
  const Json value{{"nan", std::nan("")}, {"inf", INFINITY}};
  EXPECT_EQ(number_at(value, {"nan"}), std::nullopt);
  EXPECT_EQ(number_at(value, {"inf"}), std::nullopt);
}

TEST(Measurement, NamesTheFirstDifference) {
  const Json a = Json::parse(R"({"model": {"type": "A", "scales": [1, 2]}, "lr": 0.05, "n": 1})");
  EXPECT_EQ(first_difference(a, a), "");
  EXPECT_EQ(first_difference(a, Json::parse(R"({"model": {"type": "B", "scales": [1, 2]}})")),
            "model.type: \"A\" against \"B\"");
  EXPECT_EQ(first_difference(a, Json::parse(R"({"model": {"type": "A", "scales": [1, 3]}})")),
            "model.scales[1]: 2 against 3");
  EXPECT_EQ(first_difference(a, Json::parse(R"({"model": {"type": "A", "scales": [1]}})")),
            "model.scales: 2 entries against 1");
  EXPECT_EQ(first_difference(a, Json::parse(R"({"model": {"type": "A", "scales": [1, 2]}})")),
            "lr: 0.05 against nothing");
}

TEST(Measurement, AKeyThatOnlyTheOtherHasIsADifference) {
  EXPECT_EQ(first_difference(Json{{"a", 1}}, Json{{"a", 1.0}, {"b", 2}}), "b: nothing against 2");
  EXPECT_EQ(first_difference(Json{{"a", 1}}, Json{{"a", 1.0}}), "");
  EXPECT_EQ(first_difference(Json(1), Json("1")), "1 against \"1\"");
}

}  // namespace
}  // namespace harness
