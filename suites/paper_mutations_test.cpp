// The experiments of `halfproof paper` on one row, broken at random
// (harness/testing/mutated_verdicts.h).

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/judge/paper_run.h"
#include "harness/record/experiment.h"
#include "harness/record/paper_job_record.h"
#include "harness/testing/mutated_verdicts.h"
#include "harness/testing/small_run.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

const std::string kJob = std::string("paper/") + kPaperJobFile;

/// Of another program, row, suite, seed or experiment.
const std::vector<std::pair<const char*, Json>> kOtherIdentities = {
    {"key", "another"}, {"key", ""},       {"row", "another"},  {"suite", "another"},
    {"seed", 8},        {"seed", nullptr}, {"name", "overflow"}};

class PaperMutations : public MutatedVerdicts {
 protected:
  void SetUp() override {
    expect_judged({"paper", "suites/minizoo.json", "--row", kSmallRow, "--offline", "--threads",
                   "1", "--out", folder_.path()});
    fs::remove(folder_.path() / "paper" / "verdicts.json");
    take_documents(folder_.path(), "paper");
    experiments_ = documents_;
    experiments_.erase(kJob);
    job_ = {{kJob, documents_.at(kJob)}};
    suite_ = read_suite("suites/minizoo.json");
  }

  JudgedTwice judge(const Documents& changed) override {
    put_all(changed);
    JudgedTwice judged;
    try {
      run_ = judge_paper(read_paper(folder_.path() / "paper"), suite_);
      judged.truth = outcomes_of(run_.verdicts);
      exit_ = exit_code(run_);
    } catch (const Error&) {
      run_ = {};
      exit_ = 2;
      judged = {};  // Refused as a whole: nothing passes.
    }
    restore(changed);
    return judged;
  }

  Mutation mutate(Random& random) override {
    const DocumentMutations documents(experiments_, random);
    switch (below(random, 10)) {
      case 0:
      case 1:
        return break_job(random);
      case 2:
        return change_asked(random);
      case 3:
        return ask_for_less(random);
      case 4:
        return add_stale_document(random, documents.some_document());
      case 5:
        return change_identity(random, documents.some_document());
      default:
        return documents.any();
    }
  }

  /// Those of the experiment that the document is of; all of them on the job's record.
  std::set<std::string> resting_on(const std::string& document) const override {
    if (document == kJob) return passing();
    return passing(experiments_.at(document).at("name").get<std::string>());
  }

  /// Claims that pass in the run as it was: of one experiment, or of all.
  std::set<std::string> passing(std::string_view experiment = "") const {
    std::set<std::string> claims;
    for (const auto& [claim, outcome] : whole_.truth) {
      const auto evidence = parse_json(outcome.text, "verdict").at("evidence");
      if (outcome.pass && (experiment.empty() || evidence == experiment)) claims.insert(claim);
    }
    return claims;
  }

  /// The record of what was asked for is gone, torn or no longer what it was.
  Mutation break_job(Random& random) const {
    const DocumentMutations job(job_, random);
    switch (below(random, 5)) {
      case 0:
        return job.drop_document();
      case 1:
        return job.tear_document();
      case 2:
        return job.mark_as_died();
      case 3:
        return job.drop_field();
      default:
        return job.set_number();
    }
  }

  /// One of the experiments that were asked for is not, or is another one.
  Mutation change_asked(Random& random) const {
    static const std::vector<std::pair<const char*, Json>> kOthers = {
        {"key", "another"}, {"key", ""},       {"row", "another"},        {"stage", "another"},
        {"seed", 8},        {"seed", nullptr}, {"stage", "loss-scaling"}, {"precision", "fp16"}};
    Json job = job_.at(kJob);
    const std::size_t place = below(random, job.at("asked").size());
    const std::string experiment = job.at("asked")[place].at("stage");
    Mutation mutation{"", {}};
    if (below(random, 4) == 0) {
      job.at("asked").erase(place);
      mutation = {"do not ask for " + experiment, {{kJob, job}}};
      mutation.robbed = passing();
      return mutation;
    }
    const auto& [field, value] = kOthers[below(random, kOthers.size())];
    Json& found = job.at("asked")[place].at(field);
    if (found != value) mutation.robbed = passing(experiment);
    found = value;
    mutation.name = "ask for " + experiment + " with another " + field;
    mutation.changed = {{kJob, job}};
    return mutation;
  }

  /// The job never asked for the experiment: its document, which is still there, proves nothing.
  Mutation ask_for_less(Random& random) const {
    Json job = job_.at(kJob);
    const std::size_t place = below(random, job.at("experiments").size());
    const std::string experiment = job.at("experiments")[place];
    job.at("experiments").erase(place);
    job.at("asked").erase(place);
    Mutation mutation{"ask for all but " + experiment, {{kJob, job}}};
    mutation.robbed = passing(experiment);
    return mutation;
  }

  Mutation add_stale_document(Random& random, const std::string& name) const {
    Json document = experiments_.at(name);
    document["row"] = "another";
    document["key"] = below(random, 2) == 0 ? Json("another") : document.at("key");
    return {"add " + name + " with another row",
            {{"paper/" + experiment_file_stem("overflow", "another") + ".json", document}}};
  }

  /// The document of another program, row, suite, seed or experiment.
  Mutation change_identity(Random& random, const std::string& name) const {
    Json document = experiments_.at(name);
    const auto& [field, value] = kOtherIdentities[below(random, kOtherIdentities.size())];
    const bool differs = document.at(field) != value;
    document[field] = value;
    return {
        "another " + std::string(field) + " in " + name, {{name, document}}, differs ? name : ""};
  }

  TemporaryFolder folder_;
  Suite suite_;
  Documents experiments_;
  Documents job_;
  JudgedRun run_;  ///< As it was judged last.
  int exit_ = 0;   ///< What that ends with; 2: refused.
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

TEST_F(PaperMutations, WhatIsGoneShowsInTheExitCode) {
  judge({});
  EXPECT_EQ(exit_, 0);
  for (const auto& [name, document] : experiments_) {
    for (const auto& [field, value] : kOtherIdentities) {
      Json other = document;
      if (other.at(field) == value) continue;
      other[field] = value;
      judge({{name, other}});
      EXPECT_EQ(exit_, 1) << "another " << field << " in " << name;
    }
    for (const Json& nothing : {Json(), Json("torn")}) {
      judge({{name, nothing}});
      EXPECT_EQ(exit_, 1) << name;
    }
  }
  for (const Json& nothing : {Json(), Json("torn")}) {
    judge({{kJob, nothing}});
    EXPECT_EQ(exit_, 2);
  }
}

TEST_F(PaperMutations, WhatIsNotJudgedIsSaid) {
  judge({});
  const auto not_asked = run_.not_asked;
  Random random(1);
  for (int i = 0; i < 20; ++i) {
    judge(ask_for_less(random).changed);
    EXPECT_EQ(run_.left_over.size(), 1u);
    EXPECT_NE(run_.not_asked, not_asked);
    judge(add_stale_document(random, experiments_.begin()->first).changed);
    EXPECT_EQ(run_.left_over.size(), 1u);
    EXPECT_EQ(run_.not_asked, not_asked);
  }
}

}  // namespace
}  // namespace harness
