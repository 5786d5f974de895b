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

Json record() {
  return Json::parse(R"({
    "size": 1234567, "sha256": "50245227aa", "format": "legacy", "trust": "name-hash",
    "state_dict": [["a.conv.weight", "float16", [4, 3, 3, 3]], ["a.bn.weight", "float32", [8]],
                   ["a.bn.running_mean", "float32", [8]]],
    "roles": {"convolution": {"elements": 108, "not_half_exact": 0, "zeros": 0, "min_abs": 1e-8,
                              "max_abs": 2.0, "above_half_max": 1, "half_zeros": 2,
                              "half_subnormals": 27},
              "norm_parameter": {"elements": 8, "not_half_exact": 8, "zeros": 0, "min_abs": 0.5,
                                 "max_abs": 1.5},
              "norm_statistics": {"elements": 8, "not_half_exact": 8, "zeros": 0, "min_abs": 0.1,
                                  "max_abs": 1.5}},
    "optimizer": {"present": true, "tensors": 12, "bytes": 99},
    "meta": {"mmcv_version": "1.0.3", "exp_name": "fcn.py",
             "env_info": "sys.platform: linux\nPyTorch: 1.5.1\nOpenCV: 4.2"}})");
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
  const FilePage page = file_page(Json::object(), "");
  EXPECT_TRUE(page.facts.empty());
  EXPECT_FALSE(page.unknown.empty());
}

TEST(FilePage, KeepsToTheWidthAndSteersNoTerminal) {
  Json hostile = record();
  hostile["meta"]["exp_name"] = "\x1b[2Jcleared";
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
