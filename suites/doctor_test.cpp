// What `halfproof doctor` foresees of each claim is what `halfproof run` then makes of it.

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/testing/program.h"
#include "harness/testing/small_run.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

/// What the verdict of a run can be, by what was foreseen.
const std::map<std::string, std::set<std::string>> kVerdicts = {
    {"judged", {"PASS", "FAIL", "AMBIGUOUS", "XFAIL", "XPASS"}},
    {"fails", {"FAIL"}},
    {"unfit", {"UNFIT"}},
    {"skipped", {"SKIPPED"}},
    {"not_verifiable", {"NOT_VERIFIABLE"}},
    // A claim over trainings that nobody asked for is counted and not listed.
    {"not_asked", {"SKIPPED", ""}}};

/// One row of the mini zoo with claims over its training's memory, which larger crops make large.
Json suite_with_memory() {
  Json suite = small_suite(600);
  Json& row = suite.at("rows").at(0);
  row.at("recipe")["crop"] = {256, 512};
  row.at("recipe")["batch"] = 2;
  Json claims = Json::array();
  for (auto& claim : row.at("claims")) {
    if (claim.at("id") == "memory") {
      claim["value"] = 5.37;
      claim["digits"] = 2;
      claim["conditions"] = {{"stage", "train"}, {"gigabyte", "MB/1024"}};
    }
    claims.push_back(claim);
    if (claim.at("id") != "memory") continue;
    claim["id"] = "memory.ratio";
    claim["value"] = 0.58;
    claim["unit"] = "";
    claims.push_back(claim);
  }
  row["claims"] = claims;
  return suite;
}

class Doctor : public testing::Test {
 protected:
  Doctor() { write(suite_with_memory()); }

  void write(const Json& suite) const { write_json_file(file(), suite); }
  fs::path file() const { return folder_.path() / "suite.json"; }

  /// What a command prints on standard output, whatever the exit code.
  Json document_of(const std::string& command, const std::string& options) const {
    const auto end =
        end_of_command("( " + program_.string() + " " + command + " " + file().string() +
                       " --json --offline --cache " + (folder_.path() / "cache").string() + " " +
                       options + " 2> /dev/null )");
    return parse_json(end.output, command);
  }

  /// Runs both and compares claim by claim. Returns how many claims have each prospect.
  std::map<std::string, int> compare(const std::string& options) const {
    const Json foreseen = document_of("doctor", options).at("suite");
    const Json run = document_of("run", options + " --out " + (folder_.path() / "run").string());
    std::map<std::string, std::string> verdicts;
    for (const auto& one : run.at("verdicts")) verdicts[one.at("claim")] = one.at("verdict");
    std::map<std::string, int> counts;
    for (const auto& one : foreseen.at("claims")) {
      const std::string claim = one.at("claim");
      const std::string prospect = one.at("prospect");
      ++counts[prospect];
      EXPECT_TRUE(kVerdicts.at(prospect).contains(verdicts[claim]))
          << claim << ": foreseen as " << prospect << " (" << one.at("reason") << "), is "
          << verdicts[claim];
    }
    EXPECT_EQ(foreseen.at("claims").size(),
              read_json_file(file()).at("rows").at(0).at("claims").size());
    return counts;
  }

  TemporaryFolder folder_;
  fs::path program_ = HALFPROOF_PROGRAM;
};

TEST_F(Doctor, AgreesWhereNothingIsMissing) {
  const auto counts = compare("");
  EXPECT_GT(counts.at("judged"), 12);
  EXPECT_FALSE(counts.contains("skipped"));
}

TEST_F(Doctor, AgreesWithoutData) {
  const auto counts = compare("--data " + (folder_.path() / "nowhere").string());
  EXPECT_GT(counts.at("skipped"), 3);
  EXPECT_GT(counts.at("judged"), 8);
}

TEST_F(Doctor, AgreesWithoutFiles) {
  Json suite = suite_with_memory();
  for (const auto* one : {"checkpoint", "log"}) {
    Json& url = suite.at("rows").at(0).at(one).at("url");
    url = "http://host.invalid/" + fs::path(url.get<std::string>()).filename().string();
  }
  write(suite);
  const auto counts = compare("");
  EXPECT_GT(counts.at("skipped"), 12);
  EXPECT_EQ(counts.at("judged"), 2) << "memory and its ratio need none";
}

TEST_F(Doctor, AgreesWhereALocalFileIsGone) {
  Json suite = suite_with_memory();
  suite.at("rows").at(0).at("checkpoint").at("url") = "gone.pth";
  write(suite);
  EXPECT_GT(compare("").at("fails"), 8);
}

TEST_F(Doctor, AgreesOnADeviceThatMayBeMissing) {
  compare("--device cuda");
}

TEST_F(Doctor, AgreesWithTooLittleMemory) {
  const auto counts = compare("--stage memory --memory 0.01");
  EXPECT_GE(counts.at("skipped"), 2);
  EXPECT_FALSE(counts.contains("judged"));
}

TEST_F(Doctor, AgreesWithTooLittleMemoryForTrainings) {
  const auto counts = compare("--stage train,lockstep --memory 0.01");
  EXPECT_GE(counts.at("skipped"), 6) << "all that is retrained";
}

TEST_F(Doctor, AgreesWhereSomethingIsRequired) {
  const auto counts = compare("--require data --data " + (folder_.path() / "nowhere").string());
  EXPECT_GT(counts.at("fails"), 3);
}

TEST_F(Doctor, AgreesOnOtherStages) {
  compare("--stage examine,train,lockstep --data " + (folder_.path() / "nowhere").string());
}

TEST_F(Doctor, AgreesWithoutAWorker) {
  program_ = folder_.path() / "halfproof";
  fs::copy_file(HALFPROOF_PROGRAM, program_);
  const auto counts = compare("");
  EXPECT_GT(counts.at("skipped"), 5);
  EXPECT_GT(counts.at("judged"), 8);
}

}  // namespace
}  // namespace harness
