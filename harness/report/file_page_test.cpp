#include "harness/report/file_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/unicode.h"

namespace harness {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

CheckpointRecord record() {
  CheckpointRecord record;
  record.stored = {"", 1234567, "50245227aa", "name-hash"};
  record.format = "legacy";
  record.state_dict = {{"a.conv.weight", "float16", {4, 3, 3, 3}},
                       {"a.bn.weight", "float32", {8}},
                       {"a.bn.running_mean", "float32", {8}}};
  RoleStatisticsRecord& roles = record.values.emplace().roles;
  roles.convolution = {1, 108, 0, 0, 27, 2, 1, 0, 1e-8, 2.0};
  roles.norm_parameter = {1, 8, 0, 0, 0, 0, 0, 8, 0.5, 1.5};
  roles.norm_statistics = {1, 8, 0, 0, 0, 0, 0, 8, 0.1, 1.5};
  record.optimizer = {true, 12, 99};
  record.meta = {{"mmcv_version", "1.0.3"},
                 {"exp_name", "fcn.py"},
                 {"env_info", "sys.platform: linux\nPyTorch: 1.5.1\nOpenCV: 4.2"}};
  return record;
}

TEST(FilePage, SaysWhatTheFileSays) {
  const FilePage page = file_page(record(), "its bytes");
  EXPECT_THAT(page.facts, Contains(Pair("row found by", "its bytes")));
  EXPECT_THAT(page.facts, Contains(Pair("bytes", "1,234,567 bytes, sha256 50245227aa")));
  EXPECT_THAT(page.facts, Contains(Pair("format", HasSubstr("meta names PyTorch 1.5.1"))));
  EXPECT_THAT(page.facts, Contains(Pair("trained", HasSubstr("half training"))));
  EXPECT_THAT(page.facts,
              Contains(Pair("in FP16",
                            "1 of 108 convolution weights above 65504, 2 that round to 0, 27 "
                            "subnormal (25 %)")));
  EXPECT_THAT(page.facts, Contains(Pair("optimizer", "left inside: 12 tensors")));
  EXPECT_THAT(page.facts, Contains(Pair("meta", "mmcv_version 1.0.3, exp_name fcn.py")));
  EXPECT_THAT(page.unknown, Contains(HasSubstr("32 bits")));
}

TEST(FilePage, LeavesOutWhatWasNotRecorded) {
  const FilePage page = file_page(CheckpointRecord{}, "");
  EXPECT_TRUE(page.facts.empty());
  EXPECT_FALSE(page.unknown.empty());
}

TEST(FilePage, SaysWhatNobodyCanKnow) {
  EXPECT_THAT(file_page(record(), "").unknown, Contains(HasSubstr("FP32 master weights")));
  CheckpointRecord wide = record();
  for (auto& tensor : wide.state_dict.value()) tensor.dtype = "float32";
  wide.values->roles.convolution.not_half_exact = 100;
  EXPECT_THAT(file_page(wide, "").unknown, Contains(HasSubstr("FP32 or autocast")));
  wide.stored->trust = "locked";
  wide.meta = nullptr;
  EXPECT_THAT(file_page(wide, "").unknown, Not(Contains(HasSubstr("32 bits"))));
  EXPECT_THAT(file_page(wide, "").unknown, Contains(HasSubstr("no meta")));
}

TEST(FilePage, KeepsToTheWidthAndSteersNoTerminal) {
  CheckpointRecord hostile = record();
  hostile.meta["exp_name"] = "\x1b[2Jcleared";
  const std::string text = render_file_page(file_page(hostile, "its bytes"), {72, false});
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("The file\n"));
  EXPECT_THAT(text, HasSubstr("What it cannot say\n  - "));
  std::size_t start = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    EXPECT_LE(columns_of(text.substr(start, end - start)), 72u) << text.substr(start, end - start);
    start = end + 1;
  }
}

TEST(FilePage, TheRecordHoldsTheSame) {
  const Json page = file_page_record(file_page(record(), "its bytes"));
  EXPECT_EQ(page.at("facts").at("row found by"), "its bytes");
  EXPECT_GT(page.at("not_in_the_file").size(), 2u);
}

}  // namespace
}  // namespace harness
