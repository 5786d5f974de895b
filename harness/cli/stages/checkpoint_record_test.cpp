#include "harness/cli/stages/checkpoint_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {

const std::string kFile =
    "fixtures/minizoo/zoo/fp16/fcn_r50w8-d8_64x128_600_fp16_scenes/"
    "fcn_r50w8-d8_64x128_600_fp16_scenes_20261123_232820-2eb5a165.pth";

Json record_of(const std::string& file) {
  Json record;
  record_checkpoint(record, file, "file.pth");
  return record;
}

TEST(CheckpointRecord, SumsUpEachRole) {
  const Json record = record_of(kFile);
  const Json& roles = record.at("roles");
  EXPECT_EQ(roles.at("convolution").at("tensors"), 63);
  EXPECT_EQ(roles.at("norm_parameter").at("tensors"), 118);
  EXPECT_EQ(roles.at("norm_statistics").at("tensors"), 118);
  EXPECT_EQ(roles.at("counter").at("tensors"), 59);
  std::int64_t elements = 0;
  for (const auto& [role, sum] : roles.items()) elements += sum.at("elements").get<std::int64_t>();
  EXPECT_EQ(record.at("statistics").at("elements"), elements);
  EXPECT_EQ(roles.at("convolution").at("not_half_exact"), 0);
  EXPECT_GT(roles.at("norm_statistics").at("not_half_exact"), 0);
  EXPECT_EQ(roles.at("counter").at("min_abs"), 600.0);
}

TEST(CheckpointRecord, APublishedFileHoldsNothingThatStandsOut) {
  const Json record = record_of(kFile);
  EXPECT_EQ(record.at("zero_tensors"), Json::array());
  EXPECT_EQ(record.at("duplicates"), Json::array());
  EXPECT_EQ(record.at("optimizer").at("present"), false);
  EXPECT_TRUE(record.at("config").is_object());
  EXPECT_FALSE(record.at("meta").contains("config"));
}

TEST(CheckpointRecord, AConfigThatCannotBeReadIsSaid) {
  Json record;
  record_config(record, "model = dict(", "file.pth: meta.config");
  EXPECT_TRUE(record.at("config").is_null());
  EXPECT_THAT(record.at("config_error").get<std::string>(), testing::HasSubstr("meta.config"));
  Json silent;
  record_config(silent, nullptr, "file.pth");
  EXPECT_FALSE(silent.contains("config_error"));
}

TEST(CheckpointRecord, SaysWhatIsWrongWithTheFile) {
  EXPECT_THROW(record_of("README.md"), Error);
}

TEST(CheckpointRecord, ComparesTheChecksumsOfStorages) {
  const TemporaryFolder folder;
  std::string bytes = read_file("fixtures/checkpoints/small_zip.pth");
  // The last two elements of "w" are 4.0 and 5.0; no other bytes are like theirs.
  const std::size_t at = bytes.find(std::string("\0\0\x80\x40\0\0\xa0\x40", 8));
  ASSERT_NE(at, std::string::npos);
  bytes[at] = '\1';
  write_file_atomic(folder.path() / "x.pth", bytes);
  try {
    record_of((folder.path() / "x.pth").string());
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.detail(), testing::HasSubstr("expected CRC-32"));
  }
}

}  // namespace
}  // namespace harness
