#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/sha256.h"
#include "harness/table/suite.h"
#include "harness/testing/command_line.h"
#include "harness/testing/history_runs.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kReason = "the \"new\" decoder;\n2 \xc2\xb5s faster";

/// A stored run whose suite publishes an mIoU and an fps that were not measured, and the suite's
/// file.
class AcceptCommand : public testing::Test {
 protected:
  AcceptCommand() {
    fs::create_directory(run_);
    copy_run(kGpuRun, run_);
    std::string text = read_file(run_ / "suite.json");
    const std::string published = "\"value\": 52.05,";
    text.replace(text.find(published, text.find("\"miou\"")), published.size(),
                 "\"value\":  51.05 ,");
    write_file_atomic(file_, text);
    write_file_atomic(run_ / "suite.json", text);
    Json job = read_json_file(run_ / "run.json");
    job["suite_digest"] = sha256_hex(text);
    write_json_file(run_ / "run.json", job);
    before_ = text;
  }
  CommandEnd accept(const std::string& claim, const std::string& reason = kReason,
                    std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"accept",  run_.string(), "--row",    kRowOfGpuRun,
                                          "--claim", claim,         "--reason", reason,
                                          "--suite", file_.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_command_line(add_accept_command, arguments);
  }
  void expect_refusal(const std::string& claim, const std::string& reason = kReason) const {
    EXPECT_THROW(accept(claim, reason), Error) << claim;
    EXPECT_EQ(read_file(file_), before_);
  }
  Claim claim(const std::string& id) const {
    return *read_suite(file_).rows.front().find_claim(id);
  }

  TemporaryFolder folder_;
  fs::path run_ = folder_.path() / "run";
  fs::path file_ = folder_.path() / "minizoo.json";
  std::string before_;
};

TEST_F(AcceptCommand, ChangesThatClaimAndNoOtherByte) {
  const auto end = accept("miou");
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_THAT(end.output, HasSubstr("51.05 % -> 52.06 %"));
  EXPECT_THAT(end.output, HasSubstr("0.05, as before"));
  EXPECT_EQ(claim("miou").value, 52.06);
  EXPECT_EQ(claim("miou").accepted->reason, kReason);
  EXPECT_EQ(claim("miou").accepted->run, sha256_hex(read_file(run_ / "run.json")));
  const std::string after = read_file(file_);
  const auto part = std::ranges::mismatch(before_, after);
  const std::string rest = before_.substr(before_.find("{", before_.find("\"miou_ms_flip\"")));
  EXPECT_TRUE(after.ends_with(rest));
  EXPECT_EQ(before_.substr(0, before_.find("51.05") - 1), std::string(before_.begin(), part.in1));
}

TEST_F(AcceptCommand, TheRunPassesByTheNewSuiteAndSaysWhy) {
  accept("miou");
  const auto end =
      run_command_line(add_judge_command, {"judge", run_.string(), "--suite", file_.string(),
                                           "--claim", "miou", "--row", kRowOfGpuRun, "--json"});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_THAT(end.output, HasSubstr("no published number (that was 51.05)"));
}

TEST_F(AcceptCommand, ASecondClaimOfTheSameRunMayFollow) {
  std::string text = before_;
  const std::size_t at = text.find("37.81", text.find("\"miou\"", text.find("deeplabv3plus")));
  text.replace(at, 5, "39.81");
  write_file_atomic(file_, text);
  EXPECT_THROW(accept("miou"), Error) << "another suite than the run's";
  write_file_atomic(run_ / "suite.json", text);
  Json job = read_json_file(run_ / "run.json");
  job["suite_digest"] = sha256_hex(text);
  write_json_file(run_ / "run.json", job);
  accept("miou");
  const auto end = run_command_line(
      add_accept_command, {"accept", run_.string(), "--row", "deeplabv3plus", "--claim", "miou",
                           "--reason", "the same", "--suite", file_.string(), "--json"});
  EXPECT_EQ(parse_json(end.output, "output").at("now").at("value"), 37.81);
}

TEST_F(AcceptCommand, RefusesAndChangesNothing) {
  expect_refusal("hash");
  expect_refusal("fps");
  expect_refusal("parity");
  expect_refusal("miou", " ");
  expect_refusal("colour");
}

TEST_F(AcceptCommand, TakesTheNoiseOfNightsFromAHistory) {
  const std::string file = (folder_.path() / "history.sqlite").string();
  run_command_line(add_judge_command, {"judge", run_.string()});
  run_command_line(add_history_command, {"history", "add", run_.string(), "--history", file});
  accept("miou", "so it is", {"--history", file});
  EXPECT_EQ(claim("miou").accepted->n, 1);
}

TEST_F(AcceptCommand, WithoutItsSuiteItSaysWhereItLooked) {
  Json job = read_json_file(run_ / "run.json");
  job["suite_file"] = "nowhere.json";
  write_json_file(run_ / "run.json", job);
  try {
    run_command_line(add_accept_command, {"accept", run_.string(), "--row", "fcn", "--claim",
                                          "miou", "--reason", "because"});
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_THAT(error.detail(), HasSubstr("name it with --suite"));
  }
}

}  // namespace
}  // namespace harness
