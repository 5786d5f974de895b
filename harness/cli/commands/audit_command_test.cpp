#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/testing/command_line.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

Json audit(const std::string& suite, int exit_code) {
  const CommandEnd end = run_command_line(add_audit_command, {"audit", suite, "--json"});
  EXPECT_EQ(end.exit_code, exit_code);
  const Json result = Json::parse(end.output);
  EXPECT_EQ(result["schema"], "halfproof.audit/1");
  EXPECT_EQ(result["exit"], exit_code);
  return result;
}

/// Methods ("fcn") of the rows by "rule fact".
std::map<std::string, std::set<std::string>> rows_by_rule(const Json& result) {
  std::map<std::string, std::set<std::string>> rows;
  for (const auto& one : result["contradictions"]) {
    const std::string key = one["rule"].get<std::string>() + " " + one["fact"].get<std::string>();
    for (const auto& row : one["rows"]) {
      const std::string id = row.get<std::string>();
      rows[key].insert(id.substr(0, id.find('_')));
    }
  }
  return rows;
}

TEST(AuditCommand, FindsWhatTheSeedsSourcesContradict) {
  const Json result = audit("suites/mmseg_fp16.json", 1);
  const auto rows = rows_by_rule(result);
  const std::set<std::string> all = {"fcn", "pspnet", "deeplabv3", "deeplabv3plus"};
  const std::map<std::string, std::set<std::string>> expected = {
      {"comparator memory", all},
      {"hash hash", all},
      {"parity miou", {"fcn", "deeplabv3plus"}},
      {"rewritten fps", {"fcn", "pspnet", "deeplabv3plus", "deeplabv3"}},
      {"units memory", {"fcn", "pspnet"}},
      {"value config.path", all},
      {"value fps", {"deeplabv3"}},
      {"value fps.images", all},
      {"value fps.mode", all},
      {"value fps.resolution", all},
      {"value hook", all},
      {"value memory.cudnn_benchmark", all},
      {"value overflow_guard", all}};
  EXPECT_EQ(rows, expected);
}

TEST(AuditCommand, QuotesEverySideWithItsPlaceAndVersion) {
  const Json result = audit("suites/mmseg_fp16.json", 1);
  for (const auto& one : result["contradictions"]) {
    EXPECT_GE(one["quotes"].size(), 2U) << one.dump();
    EXPECT_FALSE(one["reason"].get<std::string>().empty());
    for (const auto& quote : one["quotes"]) {
      EXPECT_FALSE(quote["says"].get<std::string>().empty()) << one.dump();
      EXPECT_TRUE(quote["version"].is_string() || quote["date"].is_string()) << one.dump();
    }
  }
}

TEST(AuditCommand, RaisesNoFalseContradictionOnTheMiniZoos) {
  for (const char* suite : {"suites/minizoo.json", "suites/minizoo_fp32.json"}) {
    const Json result = audit(suite, 0);
    EXPECT_TRUE(result["contradictions"].empty()) << result["contradictions"].dump(1);
    EXPECT_TRUE(result["unseen"].empty()) << result["unseen"].dump(1);
    const std::vector<std::string> looked_at = result["looked_at"];
    EXPECT_THAT(looked_at, Contains("4 checkpoints"));
    EXPECT_THAT(looked_at, Contains("4 training logs"));
  }
}

/// The mini zoo's suite and files in a folder where a test can break them.
class BrokenZoo : public testing::Test {
 protected:
  BrokenZoo() {
    fs::create_directories(folder_.path() / "suites");
    fs::copy("suites/minizoo.json", folder_.path() / "suites");
    fs::create_directories(folder_.path() / zoo());
    fs::copy(zoo(), folder_.path() / zoo(), fs::copy_options::recursive);
  }

  static fs::path zoo() { return "fixtures/minizoo/zoo/fp16"; }

  fs::path file(const std::string& suffix) const {
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path() / zoo())) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("fcn_") && name.ends_with(suffix)) return entry.path();
    }
    return "";
  }

  std::vector<std::string> found() const {
    const Json result = audit((folder_.path() / "suites/minizoo.json").string(), 1);
    std::vector<std::string> texts;
    for (const auto& one : result["contradictions"]) {
      texts.push_back(one["rule"].get<std::string>() + ": " + one["message"].get<std::string>());
    }
    return texts;
  }

  TemporaryFolder folder_;
};

TEST_F(BrokenZoo, ALogWithALineCutOut) {
  const std::string text = read_file(file(".log.json"));
  const std::size_t start = text.find("{\"mode\": \"train\", \"epoch\": 14, \"iter\": 225");
  ASSERT_NE(start, std::string::npos);
  write_file_atomic(file(".log.json"),
                    text.substr(0, start) + text.substr(text.find('\n', start) + 1));
  EXPECT_THAT(found(),
              ElementsAre("log.iterations: 1 line is missing, the first after iteration 150"));
}

TEST_F(BrokenZoo, ABetterNumberThanTheLastValidation) {
  std::string text = read_file(file(".log.json"));
  const std::size_t last = text.rfind("\"mIoU\": 0.5205");
  ASSERT_NE(last, std::string::npos);
  text.replace(last, 14, "\"mIoU\": 0.4805");
  const std::size_t third = text.find("\"mIoU\": 0.4591");
  text.replace(third, 14, "\"mIoU\": 0.5205");
  write_file_atomic(file(".log.json"), text);
  EXPECT_THAT(found(),
              ElementsAre("log.miou: the published mIoU is that of iteration 450, the best, "
                          "not of the last, 600"));
}

TEST_F(BrokenZoo, ACheckpointWithOtherBytesAndALinkToNothing) {
  std::string bytes = read_file(file(".pth"));
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_file_atomic(file(".pth"), bytes);
  EXPECT_THAT(found(), ElementsAre(HasSubstr("hash: files of the run 20261123_232820 hash to")));
  fs::remove(file(".py"));
  EXPECT_THAT(found(), Contains("link: the config that the row links does not exist"));
}

TEST(AuditCommand, ShowsWhatAnImportRefused) {
  const TemporaryFolder folder;
  const fs::path page = folder.path() / "page.md";
  const std::string suite = (folder.path() / "zoo.json").string();
  write_file_atomic(page,
                    "| Method | Mem (GB) | Inf time (fps) | mIoU | config | download |\n"
                    "|-|-|-|-|-|-|\n| FCN | 5806 | - 6.96 | 0.7225 | [c](https://x.org/fcn.py) | "
                    "[model](https://arxiv.org/abs/1) |\n");
  ASSERT_EQ(run_command_line(add_import_command, {"import", page.string(), "-o", suite}).exit_code,
            0);
  const Json result = audit(suite, 1);
  std::vector<std::string> messages;
  for (const auto& one : result["contradictions"]) {
    EXPECT_EQ(one["rule"], "cell");
    messages.push_back(one["message"]);
  }
  EXPECT_THAT(messages, testing::UnorderedElementsAre(HasSubstr("5806"), HasSubstr("0.7225"),
                                                      HasSubstr("https://arxiv.org/abs/1")));
  EXPECT_THAT(result["unseen"].dump(), HasSubstr("- 6.96"));
}

const std::string kSheets = "fixtures/deepbench/sheets/";

TEST(AuditCommand, FindsCopiesBetweenResultSheetsOfTwoCampaigns) {
  const CommandEnd one =
      run_command_line(add_audit_command, {"audit", kSheets + "v100_2018-11-05.json", "--json"});
  EXPECT_EQ(one.exit_code, 0);
  EXPECT_EQ(Json::parse(one.output)["schema"], "halfproof.sheet-audit/1");
  const CommandEnd two = run_command_line(
      add_audit_command,
      {"audit", kSheets + "v100_2019-10-07.json", kSheets + "v100_2018-11-05.json", "--json"});
  EXPECT_EQ(two.exit_code, 1);
  const Json result = Json::parse(two.output);
  EXPECT_EQ(result["rules"]["copied"]["places"], 60);
}

TEST(AuditCommand, ReadsACsvOfDeepBench) {
  const CommandEnd end = run_command_line(add_audit_command, {"audit", kSheets + "gemm_float.csv"});
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_THAT(end.output, HasSubstr("k is 1530 where the list has 1536"));
  EXPECT_THAT(end.output, HasSubstr("row 4: k 1530"));
}

TEST(AuditCommand, TakesOtherProblemListsForResultSheets) {
  const CommandEnd end =
      run_command_line(add_audit_command, {"audit", kSheets + "v100_2018-11-05.json", "--problems",
                                           "suites/deepbench_inference_device.json"});
  EXPECT_THAT(end.output, HasSubstr("no problem list of this set"));
}

TEST(AuditCommand, TakesNoSuiteBesideResultSheets) {
  EXPECT_THROW(run_command_line(add_audit_command,
                                {"audit", "suites/minizoo.json", kSheets + "titanx.json"}),
               Error);
  EXPECT_THROW(run_command_line(add_audit_command,
                                {"audit", kSheets + "titanx.json", "suites/minizoo.json"}),
               Error);
}

TEST(AuditCommand, RefusesWhatIsNoSuite) {
  EXPECT_THROW(run_command_line(add_audit_command, {"audit", "README.md"}), Error);
  EXPECT_THROW(run_command_line(add_audit_command, {"audit", "no/such/suite.json"}), Error);
}

}  // namespace
}  // namespace harness
