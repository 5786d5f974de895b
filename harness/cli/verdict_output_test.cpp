#include "harness/cli/verdict_output.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/report/junit.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

const std::vector<VerdictRecord> kVerdicts = {
    {"fcn", "hash", "file", "", "aa", "ab", "", Json(nullptr), Verdict::kFail, "differs"},
    {"fcn", "miou", "evaluated", "fp16", 52.05, 52.0512, "%", Json(nullptr), Verdict::kPass,
     "within"}};

Suite suite() {
  Suite suite;
  suite.name = "s";
  Claim miou;
  miou.id = "miou";
  miou.digits = 2;
  miou.value = 52.05;
  Row row;
  row.id = "fcn";
  row.claims = {miou};
  suite.rows = {row};
  return suite;
}

std::string shown(const VerdictOutput& output) {
  testing::internal::CaptureStdout();
  show_verdicts(suite(), kVerdicts, output);
  return testing::internal::GetCapturedStdout();
}

TEST(VerdictOutput, PrintsALineForEachClaimAndTheCounts) {
  const std::string table = shown({});
  EXPECT_THAT(table, testing::ContainsRegex("\n  hash +aa +ab +file +FAIL +differs\n"));
  EXPECT_THAT(
      table, testing::ContainsRegex("\n  miou +52.05 % +52.051 % +evaluated fp16 +PASS +within\n"));
  EXPECT_THAT(table, testing::HasSubstr("1 PASS · 1 FAIL"));
  EXPECT_THAT(table, testing::HasSubstr("Failed:\n  fcn: hash\n"));
}

TEST(VerdictOutput, PrintsTheDocument) {
  const Json document = parse_json(shown({.json = true, .junit = ""}), "output");
  EXPECT_EQ(document, verdicts_document("s", kVerdicts));
  EXPECT_EQ(document.at("exit"), 1);
}

TEST(VerdictOutput, WritesTheJunitFileBesides) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "junit.xml";
  fs::create_symlink("junit.xml", folder.path() / "link");
  for (const fs::path& named : {file, folder.path() / "link"}) {
    EXPECT_EQ(shown({.json = false, .junit = named}), shown({}));
    EXPECT_EQ(read_file(file), junit_report("s", kVerdicts));
    fs::remove(file);
  }
  EXPECT_TRUE(fs::is_symlink(folder.path() / "link"));
}

TEST(VerdictOutput, SaysBeforehandWhereNoJunitFileCanBe) {
  const TemporaryFolder folder;
  EXPECT_NO_THROW(require_places({}));
  EXPECT_NO_THROW(require_places({.json = false, .junit = folder.path() / "junit.xml"}));
  EXPECT_THROW(require_places({.json = false, .junit = folder.path() / "no" / "junit.xml"}), Error);
  EXPECT_THROW(require_places({.json = false, .junit = folder.path()}), Error);
}

/// The stored run of fixtures/judge, two rows of which all that was measured passes.
TEST(VerdictOutput, JudgesARunAndWritesTheVerdictsIntoIt) {
  const TemporaryFolder folder;
  const fs::path run = folder.path() / "run";
  fs::copy("fixtures/judge/run", run, fs::copy_options::recursive);
  Suite judged = read_suite(run / "suite.json");
  testing::internal::CaptureStdout();
  EXPECT_EQ(judge_and_show(run, judged, {}, {}), 0);
  testing::internal::GetCapturedStdout();
  const Json before = read_json_file(run / "verdicts.json");
  EXPECT_EQ(before.at("exit"), 0);
  EXPECT_FALSE(before.at("counts").contains("FAIL"));

  for (Claim& claim : judged.rows.at(0).claims) {
    if (claim.id == "hash") claim.value = "00000000";
  }
  testing::internal::CaptureStdout();
  EXPECT_EQ(judge_and_show(run, judged, {}, {}), 1);
  EXPECT_THAT(testing::internal::GetCapturedStdout(),
              testing::HasSubstr("Failed:\n  " + judged.rows.at(0).id + ": hash\n"));
  EXPECT_EQ(read_json_file(run / "verdicts.json").at("counts").at("FAIL"), 1);
}

/// Without the rights of root, which may write anywhere, as long as it lives.
class OrdinaryUser {
 public:
  OrdinaryUser() : is_one_(before_ != 0 || ::seteuid(65534) == 0) {}
  ~OrdinaryUser() {
    if (::seteuid(before_) != 0) std::abort();
  }
  OrdinaryUser(const OrdinaryUser&) = delete;
  OrdinaryUser& operator=(const OrdinaryUser&) = delete;
  bool is_one() const { return is_one_; }

 private:
  uid_t before_ = ::geteuid();
  bool is_one_;
};

/// Its permissions are such that anybody may read it, and `may_write` write into it.
fs::path copied_run(const TemporaryFolder& folder, bool may_write) {
  const fs::path run = folder.path() / "run";
  fs::copy("fixtures/judge/run", run, fs::copy_options::recursive);
  fs::permissions(folder.path(), fs::perms(0755));
  for (const auto& entry : fs::recursive_directory_iterator(run)) {
    fs::permissions(entry.path(), fs::perms(entry.is_directory() ? 0755 : 0644));
  }
  fs::permissions(run, fs::perms(may_write ? 0755 : 0555));
  return run;
}

TEST(VerdictOutput, JudgesARunThatCannotBeWrittenInto) {
  const TemporaryFolder folder;
  const fs::path run = copied_run(folder, false);
  const Suite judged = read_suite(run / "suite.json");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  int code = -1;
  bool is_one = false;
  {
    const OrdinaryUser user;
    is_one = user.is_one();
    if (is_one) {
      EXPECT_NO_THROW(code = judge_and_show(run, judged, {}, {.json = true, .junit = ""}));
    }
  }
  const std::string printed = testing::internal::GetCapturedStdout();
  const std::string said = testing::internal::GetCapturedStderr();
  fs::permissions(run, fs::perms::owner_all);
  if (!is_one) GTEST_SKIP() << "this root cannot become another user";
  EXPECT_EQ(code, 0);
  EXPECT_EQ(parse_json(printed, "output").at("exit"), 0);
  EXPECT_FALSE(fs::exists(run / "verdicts.json"));
  EXPECT_THAT(said, testing::HasSubstr((run / "verdicts.json").string()));
  EXPECT_THAT(said, testing::HasSubstr("Permission denied"));
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1);
}

TEST(VerdictOutput, VerdictsThatAreLostArePrintedBeforeThatIsAnError) {
  const TemporaryFolder folder;
  const fs::path run = copied_run(folder, true);
  fs::create_directories(run / "verdicts.json" / "in the way");
  const Suite judged = read_suite(run / "suite.json");
  testing::internal::CaptureStdout();
  ErrorCode code = ErrorCode::kUsage;
  std::string subject;
  try {
    judge_and_show(run, judged, {}, {.json = true, .junit = ""});
  } catch (const Error& error) {
    code = error.code();
    subject = error.subject();
  }
  const std::string printed = testing::internal::GetCapturedStdout();
  EXPECT_EQ(code, ErrorCode::kIo);
  EXPECT_EQ(subject, run / "verdicts.json");
  EXPECT_EQ(parse_json(printed, "output").at("exit"), 0);
}

}  // namespace
}  // namespace harness
