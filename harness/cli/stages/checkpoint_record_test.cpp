#include "harness/cli/stages/checkpoint_record.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/testing/pickle_text.h"
#include "harness/testing/zip_text.h"

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

struct Floats {
  std::string name;
  std::vector<std::int32_t> shape;
  std::vector<float> values;
};

/// A checkpoint with these in its state dict, and a loss scale that is a tensor.
CheckpointRecord record_with(const std::vector<Floats>& tensors, float scale) {
  using namespace pickle_text;
  std::vector<zip_text::Entry> entries = {{"x/version", "3"}};
  const auto stored = [&entries](const Floats& tensor) {
    const std::string key = std::to_string(entries.size());
    const auto bytes = std::as_bytes(std::span(tensor.values));
    entries.push_back(
        {"x/data/" + key, std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size())});
    std::string sizes = "(";
    std::string strides = "t(";
    std::int32_t stride = static_cast<std::int32_t>(tensor.values.size());
    for (const std::int32_t size : tensor.shape) {
      sizes += integer(size);
      strides += integer(stride /= size);
    }
    return global("torch._utils", "_rebuild_tensor_v2") + "(" +
           storage("FloatStorage", key, static_cast<std::int32_t>(tensor.values.size())) +
           integer(0) + sizes + strides + "t\x89NtR";
  };
  std::string body = "}(" + text("state_dict") + "}(";
  for (const Floats& tensor : tensors) body += text(tensor.name) + stored(tensor);
  body += "u" + text("scaler") + "}(" + text("scale") + stored({"", {}, {scale}}) + "uu";
  entries.push_back({"x/data.pkl", pickled(body)});
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "a.pth", zip_text::archive(entries));
  return record_of((folder.path() / "a.pth").string());
}

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(CheckpointRecord, WhatMayBeInfiniteIsByNameAndByValueNoWeight) {
  const Floats weight{"conv.weight", {2}, {1.0F, 2.0F}};
  const Floats maximum{"q.max_val", {1}, {-kInfinity}};
  const ValuesRecord good = *record_with({weight,
                                          {"attn.mask", {2, 2}, {0, -kInfinity, 0, 0}},
                                          {"q.min_val", {1}, {kInfinity}},
                                          maximum},
                                         1.0F)
                                 .values;
  EXPECT_EQ(good.all.non_finite, 3);
  EXPECT_EQ(good.roles.index.non_finite, 3);
  EXPECT_FALSE(good.first_non_finite.has_value());
  const Floats wrong[] = {{"attn.mask", {2, 2}, {0, std::nanf(""), 0, 0}},
                          {"attn.mask", {2, 2}, {0, kInfinity, 0, 0}},
                          {"attn.mask", {2, 2}, {1, -kInfinity, 0, 0}},
                          {"q.min_val", {1}, {-kInfinity}},
                          {"q.min_val", {1}, {std::nanf("")}},
                          {"conv.bias", {2}, {0, -kInfinity}}};
  for (const Floats& tensor : wrong) {
    std::vector<Floats> tensors = {weight, tensor, maximum};
    if (tensor.name != "q.min_val") tensors.push_back({"q.min_val", {1}, {0.0F}});
    const ValuesRecord values = *record_with(tensors, 1.0F).values;
    EXPECT_EQ(values.all.non_finite - values.roles.index.non_finite, 1) << tensor.name;
    EXPECT_EQ(values.first_non_finite, tensor.name);
  }
}

TEST(CheckpointRecord, ReadsALossScaleThatIsATensor) {
  for (const float scale : {512.0F, 0.0F, -2.0F}) {
    const CheckpointRecord record = record_with({{"w", {1}, {1.0F}}}, scale);
    ASSERT_EQ(record.loss_scales.size(), 1U);
    EXPECT_EQ(record.loss_scales[0].where, "scaler");
    EXPECT_EQ(record.loss_scales[0].scale, static_cast<double>(scale));
  }
  EXPECT_TRUE(std::isnan(record_with({{"w", {1}, {1.0F}}}, kInfinity).loss_scales.at(0).scale));
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
