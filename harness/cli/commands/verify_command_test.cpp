#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/checkpoint/checkpoint_writer.h"
#include "harness/table/suite.h"
#include "harness/testing/command_line.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

const std::string kFile =
    "fixtures/minizoo/zoo/fp16/fcn_r50w8-d8_64x128_600_fp16_scenes/"
    "fcn_r50w8-d8_64x128_600_fp16_scenes_20261123_232820-2eb5a165.pth";

TEST(VerifyCommand, AnHonestFilePassesAloneAndAgainstItsRow) {
  EXPECT_EQ(run_command_line(add_verify_command, {"verify", kFile}).exit_code, 0);
  const auto end = run_command_line(add_verify_command,
                                    {"verify", kFile, "--suite", "suites/minizoo.json", "--json"});
  EXPECT_EQ(end.exit_code, 0);
  const Json document = parse_json(end.output, "output");
  std::set<std::string> judged;
  for (const auto& verdict : document.at("verdicts")) {
    EXPECT_EQ(verdict.at("verdict"), "PASS") << verdict;
    judged.insert(verdict.at("claim").get<std::string>());
  }
  const Suite suite = read_suite("suites/minizoo.json");
  for (const Claim& claim : select_row(suite, "fcn").claims) {
    EXPECT_EQ(judged.contains(claim.id), claim.evidence == "file") << claim.id;
  }
  // What no suite needs to claim of a file that is to be sound.
  EXPECT_THAT(judged, testing::IsSupersetOf({"optimizer", "code", "origin", "classes",
                                             "zero_tensors", "duplicates"}));
}

TEST(VerifyCommand, AnotherRowsFileFails) {
  const auto end = run_command_line(
      add_verify_command, {"verify", kFile, "--suite", "suites/minizoo.json", "--row", "pspnet"});
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_THAT(end.output, testing::HasSubstr("FAIL"));
}

TEST(VerifyCommand, AFlippedByteFailsByItsName) {
  const TemporaryFolder folder;
  const fs::path copy = folder.path() / fs::path(kFile).filename();
  std::string bytes = read_file(kFile);
  bytes[bytes.size() - 9] = static_cast<char>(bytes[bytes.size() - 9] ^ 4);
  write_file_atomic(copy, bytes);
  EXPECT_EQ(run_command_line(add_verify_command, {"verify", copy.string()}).exit_code, 1);
}

/// The verdicts of a file by their claims.
std::map<std::string, Json> verdicts_of(const fs::path& file) {
  const auto end = run_command_line(add_verify_command, {"verify", file.string(), "--json"});
  const Json document = parse_json(end.output, "output");
  std::map<std::string, Json> verdicts;
  for (const auto& verdict : document.at("verdicts")) {
    verdicts[verdict.at("claim").get<std::string>()] = verdict;
  }
  return verdicts;
}

TEST(VerifyCommand, AFileThatCannotBeReadIsOneFinding) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "x.pth", "version https://git-lfs.github.com/spec/v1\n");
  const auto verdicts = verdicts_of(folder.path() / "x.pth");
  ASSERT_TRUE(verdicts.contains("format"));
  EXPECT_EQ(verdicts.at("format").at("verdict"), "FAIL");
  EXPECT_THAT(verdicts.at("format").at("reason").get<std::string>(),
              testing::HasSubstr("Git LFS pointer"));
  EXPECT_LE(verdicts.size(), 2U);
}

TEST(VerifyCommand, AFileWithoutWeightsIsOneFinding) {
  const auto verdicts = verdicts_of("fixtures/hostile/hidden_behind_many.pth");
  EXPECT_EQ(verdicts.at("format").at("verdict"), "FAIL");
  EXPECT_EQ(verdicts.at("code").at("verdict"), "FAIL");
  EXPECT_FALSE(verdicts.contains("finite"));
}

/// Also of a model that is none of ours, whose tensors are compared with nothing.
TEST(VerifyCommand, TheClassesOfTheConfigAreThoseOfTheLastLayer) {
  const TemporaryFolder folder;
  const std::array<float, 2> ones = {1, 2};
  const TensorView layer{.name = "decode_head.conv_seg.weight",
                         .dtype = DType::kFloat32,
                         .shape = {2, 1, 1, 1},
                         .strides = {1, 1, 1, 1},
                         .offset = 0,
                         .storage = 0,
                         .storage_bytes = std::as_bytes(std::span(ones))};
  for (const int classes : {2, 19}) {
    const std::string config =
        "model = dict(type='Mystery', decode_head=[dict(num_classes=7), dict(num_classes=" +
        std::to_string(classes) + ")])\n";
    PythonValue root = PythonValue::dict();
    root.set("meta", PythonValue::from_json({{"config", config}, {"CLASSES", {"a", "b"}}}));
    root.set("state_dict", PythonValue::state_dict({layer}));
    write_checkpoint(folder.path() / "x.pth", root);
    const auto verdicts = verdicts_of(folder.path() / "x.pth");
    EXPECT_EQ(verdicts.at("classes").at("verdict"), classes == 2 ? "PASS" : "FAIL") << classes;
  }
}

TEST(VerifyCommand, CodeThatPythonWouldRunFails) {
  const auto verdicts = verdicts_of("fixtures/hostile/in_meta.pth");
  EXPECT_EQ(verdicts.at("code").at("verdict"), "FAIL");
  EXPECT_THAT(verdicts.at("code").at("reason").get<std::string>(),
              testing::HasSubstr("os.system(a string)"));
  EXPECT_EQ(verdicts.at("format").at("verdict"), "FAIL");
}

TEST(VerifyCommand, TheHashInTheNameFindsTheRow) {
  const TemporaryFolder folder;
  const auto renamed = folder.path() / "something-2eb5a165.pth";
  fs::copy_file(kFile, renamed);
  const auto end = run_command_line(add_verify_command,
                                    {"verify", renamed.string(), "--suite", "suites/minizoo.json"});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_THAT(end.output, testing::HasSubstr("fcn_r50w8-d8_64x128_600_fp16_scenes"));
}

TEST(VerifyCommand, AFileWithoutANameIsFoundByItsBytes) {
  const TemporaryFolder folder;
  const auto renamed = folder.path() / "model.pth";
  fs::copy_file(kFile, renamed);
  const auto end = run_command_line(
      add_verify_command, {"verify", renamed.string(), "--suite", "suites/minizoo.json", "--json"});
  EXPECT_EQ(end.exit_code, 0);
  const Json file = parse_json(end.output, "output").at("file");
  EXPECT_EQ(file.at("facts").at("row found by"), "its bytes");
  EXPECT_GT(file.at("not_in_the_file").size(), 2u);
}

TEST(VerifyCommand, AFileOfNoRowAsksForOne) {
  EXPECT_THROW(
      run_command_line(add_verify_command, {"verify", kFile, "--suite", "suites/mmseg_fp16.json"}),
      Error);
}

TEST(VerifyCommand, TheFp32SiblingIsNoHalfTraining) {
  const auto folder = fs::path("fixtures/minizoo/zoo/fp32/fcn_r50w8-d8_64x128_600_scenes");
  fs::path sibling;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".pth") sibling = entry.path();
  }
  const auto end = run_command_line(
      add_verify_command,
      {"verify", sibling.string(), "--suite", "suites/minizoo.json", "--row", "fcn", "--json"});
  EXPECT_EQ(end.exit_code, 1);
  const Json document = parse_json(end.output, "output");
  bool is_judged = false;
  for (const auto& verdict : document.at("verdicts")) {
    if (verdict.at("claim") != "origin") continue;
    is_judged = true;
    EXPECT_EQ(verdict.at("verdict"), "FAIL");
    EXPECT_EQ(verdict.at("measured"), "float");
  }
  EXPECT_TRUE(is_judged);
}

TEST(VerifyCommand, ThePageFollowsTheVerdicts) {
  const auto end = run_command_line(add_verify_command, {"verify", kFile});
  EXPECT_THAT(end.output, testing::HasSubstr("half training with FP32 batch norm leaves"));
  EXPECT_THAT(end.output, testing::HasSubstr("What it cannot say"));
}

}  // namespace
}  // namespace harness
