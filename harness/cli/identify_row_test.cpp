#include "harness/cli/identify_row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/cli/stages/checkpoint_record.h"

namespace harness {
namespace {

using testing::HasSubstr;

const std::string kRow = "fcn_r50w8-d8_64x128_600_fp16_scenes";

/// What is recorded of the FCN file of the mini zoo.
CheckpointRecord record() {
  CheckpointRecord record;
  record.stored = {"", 1, "2eb5a165ff", "name-hash"};
  record_checkpoint(
      record, "fixtures/minizoo/zoo/fp16/" + kRow + "/" + kRow + "_20261123_232820-2eb5a165.pth");
  return record;
}

TEST(IdentifyRow, ByTheHashInTheNameBeforeAllElse) {
  const Suite suite = read_suite("suites/minizoo.json");
  CheckpointRecord checkpoint = record();
  const auto by_name_hash = identify_row(suite, "something-2eb5a165.pth", checkpoint);
  EXPECT_EQ(by_name_hash.row.id, kRow);
  EXPECT_EQ(by_name_hash.how, "the hash in its name");
}

TEST(IdentifyRow, ByItsBytesItsNameItsConfigAndItsContent) {
  const Suite suite = read_suite("suites/minizoo.json");
  CheckpointRecord checkpoint = record();
  EXPECT_EQ(identify_row(suite, "model.pth", checkpoint).how, "its bytes");
  checkpoint.stored->sha256 = "00000000ff";
  EXPECT_EQ(identify_row(suite, kRow + "_copy.pth", checkpoint).how, "its name");
  EXPECT_EQ(identify_row(suite, "model.pth", checkpoint).how, "its config's name");
  checkpoint.meta.erase("exp_name");
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

TEST(IdentifyRow, ContentLeftByAnotherArithmeticOrUnreadableFitsNoRow) {
  const Suite suite = read_suite("suites/minizoo.json");
  CheckpointRecord checkpoint = record();
  checkpoint.stored.reset();
  checkpoint.meta.erase("exp_name");
  EXPECT_EQ(identify_row(suite, "model.pth", checkpoint).row.id, kRow);
  CheckpointRecord broken = checkpoint;
  broken.error = {FileErrorKind::kUnreadable, "truncated"};
  EXPECT_THROW(identify_row(suite, "model.pth", broken), Error);
  for (auto& tensor : checkpoint.state_dict.value()) {
    if (tensor.dtype == "float16") tensor.dtype = "float32";
  }
  EXPECT_THROW(identify_row(suite, "model.pth", checkpoint), Error);
}

TEST(IdentifyRow, ContentOfTwoRowsIsRefusedByTheirNames) {
  Suite suite = read_suite("suites/minizoo.json");
  Row twin = suite.rows.front();
  twin.id = "twin";
  suite.rows.push_back(twin);
  CheckpointRecord checkpoint = record();
  checkpoint.stored->sha256 = "00000000ff";
  checkpoint.meta.erase("exp_name");
  try {
    identify_row(suite, "model.pth", checkpoint);
    FAIL() << "two rows fit";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("twin"));
  }
}

}  // namespace
}  // namespace harness
