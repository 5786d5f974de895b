// What docs/evidence keeps: today's rules give the verdicts that are stored there. Who changes a
// rule so that one differs looks at each verdict and lets `halfproof judge <run>` store it anew.

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/judge/judge.h"
#include "harness/record/run_result.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using Paths = std::vector<fs::path>;

/// Below docs/evidence.
Paths files_called(const std::string& name) {
  Paths found;
  for (const auto& entry : fs::recursive_directory_iterator("docs/evidence")) {
    if (entry.path().filename() == name) found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

/// Those that `halfproof` wrote of one execution each.
Paths result_files() {
  Paths found;
  for (const auto& entry : fs::recursive_directory_iterator("docs/evidence")) {
    if (entry.path().extension() != ".json") continue;
    const Json document = read_json_file(entry.path());
    const std::string schema = document.is_object() ? document.value("schema", "") : "";
    if (schema.starts_with("halfproof.run/")) found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

/// What a change of the rules may not change unseen; a reason may be worded anew.
Json outcome(const Json& verdict) {
  Json kept;
  for (const auto* key :
       {"row", "claim", "evidence", "precision", "published", "measured", "unit", "verdict"}) {
    kept[key] = verdict.at(key);
  }
  return kept;
}

TEST(Evidence, EveryRunHasItsVerdictsBesideIt) {
  const Paths runs = files_called("run.json");
  const Paths verdicts = files_called("verdicts.json");
  ASSERT_FALSE(runs.empty());
  ASSERT_EQ(runs.size(), verdicts.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    EXPECT_EQ(runs[i].parent_path(), verdicts[i].parent_path());
  }
}

TEST(Evidence, TodaysRulesGiveTheStoredVerdicts) {
  for (const auto& file : files_called("verdicts.json")) {
    SCOPED_TRACE(file.string());
    const fs::path run = file.parent_path();
    const Suite suite = read_suite_of_run(run);
    const Json stored = read_json_file(file);
    const Json now = verdicts_document(suite.name, judge_run(run, suite));
    EXPECT_EQ(now.at("suite"), stored.at("suite"));
    EXPECT_EQ(now.at("exit"), stored.at("exit"));
    EXPECT_EQ(now.at("failed"), stored.at("failed"));
    EXPECT_EQ(now.at("left_over"), stored.at("left_over"));
    const Json& judged = now.at("verdicts");
    const Json& expected = stored.at("verdicts");
    ASSERT_FALSE(expected.empty());
    ASSERT_EQ(judged.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(outcome(judged[i]), outcome(expected[i])) << judged[i].at("reason");
    }
  }
}

TEST(Evidence, EveryResultNamesItsCommitAndItsGpu) {
  const Paths files = result_files();
  ASSERT_FALSE(files.empty());
  for (const auto& file : files) {
    SCOPED_TRACE(file.string());
    const RunResult result = run_result_from_json(read_json_file(file), file.string());
    const auto& environment = result.environment;
    EXPECT_FALSE(environment.build.dirty);
    EXPECT_EQ(environment.build.commit.size(), 40u) << environment.build.commit;
    if (result.stage == "examine") continue;  // Computes on no device.
    EXPECT_EQ(result.device, "cuda");
    ASSERT_TRUE(environment.gpu.has_value());
    EXPECT_FALSE(environment.gpu->name.empty());
  }
}

}  // namespace
}  // namespace harness
