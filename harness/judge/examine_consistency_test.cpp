#include "harness/judge/examine_consistency.h"

#include <cmath>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {
using testing::IsEmpty;

ExamineRecord whole() {
  return {sample::checkpoint(), sample::log()};
}

TEST(ExamineConsistency, WhatWasReadAgreesWithItself) {
  EXPECT_THAT(inconsistency(whole()), IsEmpty());
  EXPECT_THAT(inconsistency(ExamineRecord()), IsEmpty());
  ExamineRecord record = whole();
  record.checkpoint->values->all.non_finite = 1;
  record.checkpoint->values->roles.convolution.non_finite = 1;
  record.checkpoint->values->first_non_finite = "decode_head.conv_seg.weight";
  record.log->last_validation["mIoU"] = record.log->last_miou;  // As mmengine writes it.
  EXPECT_THAT(inconsistency(record), IsEmpty());
}

TEST(ExamineConsistency, WhatIsNamedIsInTheFile) {
  ExamineRecord record = whole();
  record.checkpoint->stored->size = 2 * 19 * 32;
  record.checkpoint->values->duplicates = {
      {"backbone.stem.1.weight", "backbone.stem.1.running_var"}};
  record.log->environment["exp_name"] = record.log->exp_name;
  EXPECT_THAT(inconsistency(record), IsEmpty());
}

TEST(ExamineConsistency, AnEmptyFileThatCouldNotBeReadIsNone) {
  ExamineRecord record = whole();
  record.checkpoint->stored->size = 0;
  EXPECT_FALSE(inconsistency(record).empty());
  record.checkpoint->state_dict.reset();
  record.checkpoint->values.reset();
  EXPECT_THAT(inconsistency(record), IsEmpty());
}

using Contradictions = std::vector<std::pair<const char*, void (*)(ExamineRecord&)>>;

void expect_seen(const Contradictions& kinds) {
  for (const auto& [name, change] : kinds) {
    ExamineRecord record = whole();
    change(record);
    EXPECT_FALSE(inconsistency(record).empty()) << name;
  }
}

TEST(ExamineConsistency, EachContradictionOfValuesIsSeen) {
  expect_seen(
      {{"a zero tensor of no name",
        [](auto& record) { record.checkpoint->values->zero_tensors = {"x"}; }},
       {"duplicates of no name",
        [](auto& record) {
          record.checkpoint->values->duplicates = {{"decode_head.conv_seg.weight", "x"}};
        }},
       {"a duplicate of itself",
        [](auto& record) {
          record.checkpoint->values->duplicates = {
              {"decode_head.conv_seg.weight", "decode_head.conv_seg.weight"}};
        }},
       {"a half weight that half does not have",
        [](auto& record) { record.checkpoint->values->roles.convolution.max_abs = 3.0001; }},
       {"one that FP16 changes",
        [](auto& record) {
          ++record.checkpoint->values->roles.convolution.not_half_exact;
          ++record.checkpoint->values->all.not_half_exact;
        }},
       {"a float that is none",
        [](auto& record) { record.checkpoint->values->roles.norm_parameter.max_abs = 2.1; }},
       {"half a batch",
        [](auto& record) { record.checkpoint->values->roles.counter.min_abs = 599.5; }}});
}

TEST(ExamineConsistency, EachContradictionIsSeen) {
  expect_seen(
      {{"elements", [](auto& record) { record.checkpoint->values->all.elements = 1; }},
       {"negative", [](auto& record) { record.checkpoint->values->all.elements = -5; }},
       {"of a role", [](auto& record) { ++record.checkpoint->values->roles.counter.elements; }},
       {"not finite in a role",
        [](auto& record) { record.checkpoint->values->roles.convolution.non_finite = 5; }},
       {"not finite, without a name",
        [](auto& record) { record.checkpoint->values->all.non_finite = 1; }},
       {"a name of none", [](auto& record) { record.checkpoint->values->first_non_finite = "c"; }},
       {"values of no tensors", [](auto& record) { record.checkpoint->state_dict.reset(); }},
       {"a tensor less", [](auto& record) { record.checkpoint->state_dict->pop_back(); }},
       {"fewer bytes than tensors", [](auto& record) { record.checkpoint->stored->size = 1; }},
       {"fewer bytes than a tensor",
        [](auto& record) { record.checkpoint->stored->size = 2 * 19 * 32 - 1; }},
       {"another experiment in its first line",
        [](auto& record) { record.log->environment["exp_name"] = "pspnet_small_fp16.py"; }},
       {"no lines",
        [](auto& record) {
          record.log->train_lines = record.log->validation_lines = 0;
          record.log->last_validation = nullptr;
          record.log->last_miou = NAN;
        }},
       {"bytes", [](auto& record) { record.checkpoint->stored->size = -1; }},
       {"bytes of the log", [](auto& record) { record.log->stored->size = 0; }},
       {"lines", [](auto& record) { record.log->validation_lines = -3; }},
       {"iteration", [](auto& record) { record.log->last_iteration = -5; }},
       {"no line", [](auto& record) { record.log->last_validation = Json::object(); }},
       {"a line of none", [](auto& record) { record.log->validation_lines = 0; }},
       {"an mIoU of no line",
        [](auto& record) {
          record.log->validation_lines = 0;
          record.log->last_validation = nullptr;
        }},
       {"mIoU", [](auto& record) { record.log->last_miou = 53.0; }},
       {"no mIoU", [](auto& record) { record.log->last_miou = NAN; }},
       {"another line", [](auto& record) { record.log->last_validation["mIoU"] = 0.3; }},
       {"a line of no log", [](auto& record) { record.log->last_validation["mode"] = "valx"; }},
       {"a line of no mode", [](auto& record) { record.log->last_validation["mode"] = nullptr; }},
       {"a config that was read and was not",
        [](auto& record) { record.checkpoint->config_error = "line 3: no value"; }},
       {"such a config of the log", [](auto& record) { record.log->config_error = ""; }}});
}

}  // namespace
}  // namespace harness
