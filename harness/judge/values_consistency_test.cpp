#include "harness/judge/values_consistency.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;

std::string defect_after(void (*change)(ValuesRecord&)) {
  ValuesRecord values = sample::values();
  change(values);
  return values_defect(values, sample::state_dict());
}

/// Values of one tensor, as a loop that ends early counts them.
void keep_one_weight(ValuesRecord& values) {
  values.roles = {};
  values.roles.convolution = sample::statistics(1, 0);
  values.roles.convolution.tensors = 1;
  values.all = values.roles.convolution;
}

TEST(ValuesConsistency, ThoseOfTheTensorsAgree) {
  EXPECT_THAT(defect_after([](ValuesRecord&) {}), IsEmpty());
  EXPECT_THAT(values_defect(ValuesRecord(), {}), IsEmpty());
  EXPECT_THAT(defect_after([](ValuesRecord& values) {
                for (auto* one : {&values.all, &values.roles.norm_parameter}) {
                  one->half_subnormals = one->half_zeros = one->zeros = 1;
                  one->min_abs = static_cast<double>(1e-9F);
                  one->not_half_exact -= 1;
                }
              }),
              IsEmpty());
}

TEST(ValuesConsistency, EveryTensorIsLookedAt) {
  EXPECT_THAT(defect_after(keep_one_weight), HasSubstr("the state dict has 735 in 3"));
  EXPECT_THAT(defect_after([](ValuesRecord& values) {
                values.roles.norm_statistics.tensors = 1;
                values.all.tensors = 7;
              }),
              HasSubstr("the state dict has 8 in 2"));
}

TEST(ValuesConsistency, WeightsThatAreAll0AreNamed) {
  const auto make_zero = [](ValuesRecord& values) {
    for (auto* one : {&values.all, &values.roles.convolution}) one->zeros = 735;
    values.roles.convolution.min_abs = values.roles.convolution.max_abs = 0.0;
  };
  EXPECT_THAT(defect_after(make_zero), HasSubstr("735 zeros cannot be, with 0 tensors"));
  ValuesRecord values = sample::values();
  make_zero(values);
  for (const auto& tensor : sample::state_dict()) {
    if (tensor.dtype == "float16") values.zero_tensors.push_back(tensor.name);
  }
  EXPECT_THAT(values_defect(values, sample::state_dict()), IsEmpty());
  values = sample::values();
  values.zero_tensors = {"decode_head.conv_seg.bias"};
  EXPECT_THAT(values_defect(values, sample::state_dict()), HasSubstr("0 zeros cannot be"));
}

TEST(ValuesConsistency, WhatMayBeInfiniteHasNoNameAsTheFirst) {
  auto state_dict = sample::state_dict();
  state_dict.push_back({"attention.attn_mask", "float32", {2, 1}});
  ValuesRecord values = sample::values();
  values.roles.index = {};
  values.roles.index.tensors = 1;
  values.roles.index.elements = values.roles.index.non_finite = 2;
  values.all.tensors += 1;
  values.all.elements += 2;
  values.all.non_finite += 2;
  EXPECT_THAT(values_defect(values, state_dict), IsEmpty());
  values.first_non_finite = "attention.attn_mask";
  EXPECT_THAT(values_defect(values, state_dict), HasSubstr("a tensor is named as the first"));
}

TEST(ValuesConsistency, EachContradictionIsSeen) {
  const std::pair<const char*, void (*)(ValuesRecord&)> kinds[] = {
      {"elements", [](auto& values) { values.all.elements = 1; }},
      {"negative", [](auto& values) { values.all.elements = -5; }},
      {"of a role", [](auto& values) { ++values.roles.counter.elements; }},
      {"not finite in a role", [](auto& values) { values.roles.convolution.non_finite = 5; }},
      {"not finite in no role", [](auto& values) { values.all.non_finite = 1; }},
      {"changed in no role", [](auto& values) { ++values.all.not_half_exact; }},
      {"a name of none", [](auto& values) { values.first_non_finite = "c"; }},
      {"more above the range than weights",
       [](auto& values) { values.roles.counter.above_half_max = 2; }},
      {"above the range, and none is",
       [](auto& values) { values.all.max_abs = values.roles.counter.max_abs = 1e30; }},
      {"below it, and none is",
       [](auto& values) { values.all.min_abs = values.roles.convolution.min_abs = 1e-6; }},
      {"the largest alone", [](auto& values) { values.all.max_abs = 1e3; }},
      {"no magnitude", [](auto& values) { values.roles.counter.max_abs = NAN; }},
      {"magnitudes of none", [](auto& values) { values.roles.index.max_abs = 1.0; }},
      {"lost and not small", [](auto& values) { values.roles.convolution.half_zeros = 1; }}};
  for (const auto& [name, change] : kinds) {
    EXPECT_FALSE(defect_after(change).empty()) << name;
  }
}

}  // namespace
}  // namespace harness
