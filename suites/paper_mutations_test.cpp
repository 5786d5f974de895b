// The experiments of `halfproof paper` on one row, broken at random
// (harness/testing/mutated_verdicts.h).

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/cli/stages/paper_stage.h"
#include "harness/record/experiment.h"
#include "harness/testing/mutated_verdicts.h"
#include "harness/testing/small_run.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

class PaperMutations : public MutatedVerdicts {
 protected:
  void SetUp() override {
    expect_judged({"paper", "suites/minizoo.json", "--row", kSmallRow, "--offline", "--threads",
                   "1", "--out", folder_.path()});
    fs::remove(folder_.path() / "paper" / "verdicts.json");
    take_documents(folder_.path(), "paper");
  }

  /// An experiment whose document is the stored one keeps its verdicts: judging draws a plot too.
  JudgedTwice judge(const Documents& changed) override {
    put_all(changed);
    Outcomes outcomes;
    for (const auto& experiment : paper_experiments()) {
      const auto document = "paper/" + experiment_file_stem(experiment, kSmallRow) + ".json";
      const bool is_stored = !changed.contains(document);
      if (!is_stored || !stored_.contains(experiment)) {
        Outcomes judged =
            outcomes_of(judge_paper_document(folder_.path() / "paper", experiment, kSmallRow));
        if (is_stored) stored_[experiment] = judged;
        outcomes.merge(judged);
      } else {
        outcomes.insert(stored_[experiment].begin(), stored_[experiment].end());
      }
    }
    restore(changed);
    return {outcomes, {}};
  }

  Mutation mutate(Random& random) override { return DocumentMutations(documents_, random).any(); }

  TemporaryFolder folder_;
  std::map<std::string, Outcomes> stored_;  ///< By experiment.
};

TEST_F(PaperMutations, NoneMakesAPassAndNoneThatRobsEvidenceLeavesOne) {
  const JudgedTwice whole = judge({});
  ASSERT_EQ(whole.truth.size(), 19u);
  for (const auto& [statement, outcome] : whole.truth) {
    // The 5 % are of a network that is not at hand.
    EXPECT_EQ(outcome.pass, statement != "weight-grads") << outcome.text;
  }
  expect_no_wrong_pass(2000);
}

}  // namespace
}  // namespace harness
