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

CheckpointRecord record_of(const std::string& file) {
  CheckpointRecord record;
  record.name = "file.pth";
  record_checkpoint(record, file);
  return record;
}

TEST(CheckpointRecord, SumsUpEachRole) {
  const ValuesRecord values = record_of(kFile).values.value();
  const RoleStatisticsRecord& roles = values.roles;
  EXPECT_EQ(roles.convolution.tensors, 63);
  EXPECT_EQ(roles.norm_parameter.tensors, 118);
  EXPECT_EQ(roles.norm_statistics.tensors, 118);
  EXPECT_EQ(roles.counter.tensors, 59);
  EXPECT_EQ(values.all.tensors, 63 + 118 + 118 + 59);
  EXPECT_EQ(values.all.elements, roles.convolution.elements + roles.norm_parameter.elements +
                                     roles.norm_statistics.elements + roles.counter.elements);
  EXPECT_EQ(roles.convolution.not_half_exact, 0);
  EXPECT_GT(roles.norm_statistics.not_half_exact, 0);
  EXPECT_EQ(roles.counter.min_abs, 600.0);
  // The backbone was trained for 1600 batches before.
  EXPECT_EQ(roles.counter.max_abs, 2200.0);
}

TEST(CheckpointRecord, APublishedFileHoldsNothingThatStandsOut) {
  const CheckpointRecord record = record_of(kFile);
  EXPECT_TRUE(record.values.value().zero_tensors.empty());
  EXPECT_TRUE(record.values.value().duplicates.empty());
  EXPECT_FALSE(record.values.value().first_non_finite.has_value());
  EXPECT_FALSE(record.optimizer.value().present);
  EXPECT_TRUE(record.config.is_object());
  EXPECT_FALSE(record.config_error.has_value());
  EXPECT_FALSE(record.meta.contains("config"));
}

TEST(CheckpointRecord, RecordsCodeThatPythonWouldRun) {
  const CheckpointRecord record = record_of("fixtures/hostile/in_meta.pth");
  ASSERT_EQ(record.unknown_code.size(), 1U);
  EXPECT_EQ(record.unknown_code[0].name, "os.system");
  EXPECT_EQ(record.unknown_code[0].use, "calls");
  EXPECT_TRUE(record.unknown_code[0].runs);
  EXPECT_TRUE(record_of(kFile).unknown_code.empty());
  EXPECT_EQ(record_of(kFile).state_dict_in, "state_dict");
}

TEST(CheckpointRecord, CountsAnOptimizerThatIsThere) {
  const OptimizerRecord optimizer =
      record_of("fixtures/checkpoints/variety_zip_protocol2.pth").optimizer.value();
  EXPECT_TRUE(optimizer.present);
  EXPECT_EQ(optimizer.tensors, 1);
  EXPECT_EQ(optimizer.bytes, 16);
}

TEST(CheckpointRecord, TakesTheConfigOfMmengineToo) {
  Json meta = {{"cfg", "model = dict(type='EncoderDecoder')\n"}, {"iter", 1}};
  EXPECT_EQ(take_config(meta, "x").config, Json::parse(R"({"model": {"type": "EncoderDecoder"}})"));
  EXPECT_EQ(meta, Json({{"iter", 1}}));
}

TEST(CheckpointRecord, AConfigThatCannotBeReadIsSaid) {
  Json meta = {{"config", "model = dict("}, {"iter", 1}};
  const ParsedConfig broken = take_config(meta, "file.pth: meta.config");
  EXPECT_TRUE(broken.config.is_null());
  EXPECT_THAT(broken.error.value(), testing::HasSubstr("meta.config"));
  EXPECT_EQ(meta, Json({{"iter", 1}}));
  EXPECT_FALSE(take_config(meta, "file.pth").error.has_value());
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
