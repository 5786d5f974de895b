#include "harness/cli/identify_row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/cli/stages/checkpoint_record.h"

namespace harness {
namespace {

using testing::HasSubstr;

const std::string kRow = "fcn_r50w8-d8_64x128_600_fp16_scenes";

/// What verify records of the FCN file of the mini zoo.
Json record() {
  Json record = {{"sha256", "2eb5a165ff"}, {"trust", "name-hash"}};
  record_checkpoint(
      record, "fixtures/minizoo/zoo/fp16/" + kRow + "/" + kRow + "_20261123_232820-2eb5a165.pth",
      "file");
  return record;
}

TEST(IdentifyRow, ByTheHashInTheNameBeforeAllElse) {
  const Suite suite = read_suite("suites/minizoo.json");
  Json checkpoint = record();
  const auto by_name_hash = identify_row(suite, "something-2eb5a165.pth", checkpoint);
  EXPECT_EQ(by_name_hash.row.id, kRow);
  EXPECT_EQ(by_name_hash.how, "the hash in its name");
}

TEST(IdentifyRow, ByItsBytesItsNameItsConfigAndItsContent) {
  const Suite suite = read_suite("suites/minizoo.json");
  Json checkpoint = record();
  EXPECT_EQ(identify_row(suite, "model.pth", checkpoint).how, "its bytes");
  checkpoint["sha256"] = "00000000ff";
  EXPECT_EQ(identify_row(suite, kRow + "_copy.pth", checkpoint).how, "its name");
  EXPECT_EQ(identify_row(suite, "model.pth", checkpoint).how, "its config's name");
  checkpoint["meta"].erase("exp_name");
  const auto by_content = identify_row(suite, "model.pth", checkpoint);
  EXPECT_EQ(by_content.how, "its tensors and types");
  EXPECT_EQ(by_content.row.id, kRow);
}

TEST(IdentifyRow, ContentOfNoRowIsRefusedWithWords) {
  const Suite suite = read_suite("suites/mmseg_fp16.json");
  try {
    identify_row(suite, "model.pth", record());
    FAIL() << "a small model is no row of the real table";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("--row"));
  }
}

TEST(IdentifyRow, ContentOfTwoRowsIsRefusedByTheirNames) {
  Suite suite = read_suite("suites/minizoo.json");
  Row twin = suite.rows.front();
  twin.id = "twin";
  suite.rows.push_back(twin);
  Json checkpoint = record();
  checkpoint["sha256"] = "00000000ff";
  checkpoint["meta"].erase("exp_name");
  try {
    identify_row(suite, "model.pth", checkpoint);
    FAIL() << "two rows fit";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("twin"));
  }
}

}  // namespace
}  // namespace harness
