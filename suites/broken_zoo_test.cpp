// Breaks a copy of the mini zoo in one place and runs the whole product on it: each break must end
// in the verdict, or in the error, that names it.

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/checkpoint/checkpoint.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kFcn = "fcn_r50w8-d8_64x128_600_fp16_scenes";
constexpr const char* kFcnFile = "fcn_r50w8-d8_64x128_600_fp16_scenes_20261123_232820-2eb5a165.pth";
constexpr const char* kFcnLog = "fcn_r50w8-d8_64x128_600_fp16_scenes_20261123_232820.log.json";
constexpr const char* kPsp = "pspnet_r50w8-d8_64x128_600_fp16_scenes";
constexpr const char* kPspFile =
    "pspnet_r50w8-d8_64x128_600_fp16_scenes_20261123_232949-5bb56c8f.pth";
constexpr const char* kPspLog = "pspnet_r50w8-d8_64x128_600_fp16_scenes_20261123_232949.log.json";
constexpr const char* kFp32File =
    "fixtures/minizoo/zoo/fp32/fcn_r50w8-d8_64x128_600_scenes/"
    "fcn_r50w8-d8_64x128_600_scenes_20261123_232820-964bb254.pth";

struct Outcome {
  int exit = -1;
  std::string text;
  std::map<std::string, Json> verdicts;  ///< By claim id, of the row FCN.

  std::string verdict(const std::string& claim) const {
    const auto found = verdicts.find(claim);
    return found == verdicts.end() ? "absent" : found->second.at("verdict").get<std::string>();
  }
  std::string reason(const std::string& claim) const {
    const auto found = verdicts.find(claim);
    return found == verdicts.end() ? "absent" : found->second.at("reason").get<std::string>();
  }
};

class BrokenZoo : public testing::Test {
 protected:
  BrokenZoo() {
    fs::copy("fixtures/minizoo/zoo/fp16", zoo(), fs::copy_options::recursive);
    for (const auto* kind : {"leftImg8bit", "gtFine"}) {
      const fs::path part = fs::path(kind) / "val";
      fs::create_directories(data() / kind);
      fs::copy(fs::path("fixtures/minizoo/data/scenes") / part, data() / part,
               fs::copy_options::recursive);
    }
  }

  fs::path zoo() const { return folder_.path() / "zoo"; }
  fs::path data() const { return folder_.path() / "scenes"; }
  fs::path checkpoint() const { return zoo() / kFcn / kFcnFile; }

  void replace_in(const fs::path& file, const std::string& from, const std::string& to) {
    std::string text = read_file(file);
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << file << " holds no " << from;
    for (auto place = at; place != std::string::npos; place = text.find(from, place + to.size())) {
      text.replace(place, from.size(), to);
    }
    write_file_atomic(file, text);
  }

  /// Runs a shell command line; its standard output and exit code.
  static std::pair<std::string, int> shell(const std::string& command) {
    std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    std::string text;
    std::array<char, 4096> block{};
    while (const auto count = std::fread(block.data(), 1, block.size(), pipe)) {
      text.append(block.data(), count);
    }
    return {text, WEXITSTATUS(::pclose(pipe))};
  }

  /// Imports the copy's table and runs its row FCN.
  Outcome run(const std::string& stages = "examine,evaluate") {
    const fs::path suite = folder_.path() / "suite.json";
    const auto imported =
        shell(std::string(HALFPROOF_PROGRAM) + " import " + (zoo() / "README.md").string() + " " +
              (zoo() / "metafile.yml").string() + " --overlay suites/minizoo.overlay.json -o " +
              suite.string());
    Outcome outcome{imported.second, imported.first, {}};
    if (imported.second != 0) return outcome;
    const fs::path out = folder_.path() / "run";
    std::tie(outcome.text, outcome.exit) =
        shell(std::string(HALFPROOF_PROGRAM) + " run " + suite.string() + " --row " + kFcn +
              " --stage " + stages + " --data " + data().string() + " --out " + out.string());
    if (!fs::exists(out / "verdicts.json")) return outcome;
    const Json verdicts = read_json_file(out / "verdicts.json");
    for (const auto& verdict : verdicts.at("verdicts")) {
      outcome.verdicts[verdict.at("claim").get<std::string>()] = verdict;
    }
    return outcome;
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(BrokenZoo, TheUnbrokenCopyPasses) {
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, 0) << outcome.text;
  for (const auto* claim : {"hash", "format", "tensors", "dtypes", "config", "log.miou", "miou",
                            "parity", "finite", "finite.forward", "range", "loss_scale"}) {
    EXPECT_EQ(outcome.verdict(claim), "PASS") << claim << ": " << outcome.reason(claim);
  }
  EXPECT_EQ(outcome.verdict("memory"), "NOT_VERIFIABLE");
  EXPECT_EQ(outcome.verdict("fps"), "NOT_VERIFIABLE");
}

TEST_F(BrokenZoo, OneDigitOfTheTableChanged) {
  replace_in(zoo() / "README.md", "52.05", "52.15");
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_EQ(outcome.verdict("log.miou"), "FAIL");
  EXPECT_EQ(outcome.verdict("miou"), "FAIL");
  EXPECT_EQ(outcome.verdict("hash"), "PASS");
}

TEST_F(BrokenZoo, AByteOfACheckpointFlipped) {
  std::string bytes = read_file(checkpoint());
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file_atomic(checkpoint(), bytes);
  const Outcome outcome = run("examine");
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_EQ(outcome.verdict("hash"), "FAIL");
}

TEST_F(BrokenZoo, TwoFilesSwapped) {
  const fs::path other = zoo() / kPsp / kPspFile;
  fs::rename(other, zoo() / "aside");
  fs::rename(checkpoint(), other);
  fs::rename(zoo() / "aside", checkpoint());
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_EQ(outcome.verdict("hash"), "FAIL");
  EXPECT_EQ(outcome.verdict("tensors"), "FAIL");
  EXPECT_EQ(outcome.verdict("miou"), "FAIL");
}

TEST_F(BrokenZoo, AnFp32FilePassedAsFp16) {
  const std::string honest_name =
      "fcn_r50w8-d8_64x128_600_fp16_scenes_20261123_232820-964bb254.pth";
  fs::copy_file(kFp32File, zoo() / kFcn / honest_name);
  replace_in(zoo() / "README.md", kFcnFile, honest_name);
  replace_in(zoo() / "metafile.yml", kFcnFile, honest_name);
  const Outcome outcome = run("examine");
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_EQ(outcome.verdict("hash"), "PASS") << outcome.reason("hash");
  EXPECT_EQ(outcome.verdict("tensors"), "PASS");
  EXPECT_EQ(outcome.verdict("dtypes"), "FAIL");
  EXPECT_EQ(outcome.verdict("loss_scale"), "FAIL");
  EXPECT_THAT(outcome.reason("dtypes"), HasSubstr("float32"));
}

TEST_F(BrokenZoo, TheLogOfAnotherRow) {
  fs::copy_file(zoo() / kPsp / kPspLog, zoo() / kFcn / kFcnLog,
                fs::copy_options::overwrite_existing);
  const Outcome outcome = run("examine");
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_EQ(outcome.verdict("log.config"), "FAIL");
  EXPECT_EQ(outcome.verdict("log.miou"), "FAIL");
  EXPECT_THAT(outcome.reason("log.config"), HasSubstr("PSPHead"));
}

TEST_F(BrokenZoo, ANaNInOneWeight) {
  std::string bytes = read_file(checkpoint());
  {
    const Checkpoint original = Checkpoint::open(checkpoint());
    const auto weight = original.state_dict().front().packed();
    const std::string needle(reinterpret_cast<const char*>(weight.data()), weight.size());
    const auto at = bytes.find(needle);
    ASSERT_NE(at, std::string::npos);
    const std::uint16_t nan = 0x7E00;
    std::memcpy(bytes.data() + at, &nan, sizeof nan);
  }
  write_file_atomic(checkpoint(), bytes);
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_EQ(outcome.verdict("finite"), "FAIL");
  EXPECT_EQ(outcome.verdict("finite.forward"), "FAIL");
  EXPECT_EQ(outcome.verdict("miou"), "FAIL");
  EXPECT_THAT(outcome.reason("finite"), HasSubstr("backbone.stem.0.weight"));
}

TEST_F(BrokenZoo, AClassOutOfRangeInALabel) {
  const fs::path label =
      data() / "gtFine/val/frankfurt/frankfurt_000003_000019_gtFine_labelTrainIds.png";
  cv::Mat classes = cv::imread(label.string(), cv::IMREAD_UNCHANGED);
  ASSERT_FALSE(classes.empty());
  classes.at<std::uint8_t>(5, 7) = 77;
  cv::imwrite(label.string(), classes);
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_EQ(outcome.verdict("miou"), "FAIL");
  EXPECT_THAT(outcome.reason("miou"), HasSubstr("77"));
  EXPECT_THAT(outcome.reason("miou"), HasSubstr("frankfurt_000003"));
  EXPECT_EQ(outcome.verdict("hash"), "PASS");
}

TEST_F(BrokenZoo, AnImageOfAnotherSizeThanItsLabel) {
  const fs::path image =
      data() / "leftImg8bit/val/frankfurt/frankfurt_000002_000019_leftImg8bit.png";
  const cv::Mat pixels = cv::imread(image.string());
  ASSERT_FALSE(pixels.empty());
  cv::imwrite(image.string(), pixels(cv::Rect(0, 0, pixels.cols / 2, pixels.rows)));
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_EQ(outcome.verdict("miou"), "FAIL");
  EXPECT_THAT(outcome.reason("miou"), HasSubstr("frankfurt_000002"));
}

TEST_F(BrokenZoo, ACheckpointThatIsMissing) {
  fs::remove(checkpoint());
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_EQ(outcome.verdict("hash"), "FAIL");
  EXPECT_EQ(outcome.verdict("miou"), "FAIL");
}

TEST_F(BrokenZoo, MissingDataIsASkipThatIsSeen) {
  fs::remove_all(data());
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit, 0) << outcome.text;
  EXPECT_EQ(outcome.verdict("miou"), "SKIPPED");
  EXPECT_EQ(outcome.verdict("hash"), "PASS");
}

}  // namespace
}  // namespace harness
