#include "harness/judge/judge.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/record/examine_record.h"
#include "harness/record/job.h"
#include "harness/testing/sample_row.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;

const fs::path kRun = "fixtures/judge/run";

/// The rows of the fixture with their results, to put one fault into.
struct Fixture {
  Suite suite = read_suite(kRun / "suite.json");
  std::vector<RunResult> fcn = read_run_results(kRun / suite.rows.at(0).id);
  std::vector<RunResult> plus = read_run_results(kRun / suite.rows.at(1).id);

  Row& row() { return suite.rows.at(0); }
  Claim& claim(const std::string& id) {
    for (auto& candidate : row().claims) {
      if (candidate.id == id) return candidate;
    }
    throw std::out_of_range(id);
  }
  Json& of_stage(const std::string& stage, const std::string& precision = "fp16") {
    for (auto& result : fcn) {
      if (result.stage == stage && (stage == "examine" || result.precision == precision)) {
        return result.measurements;
      }
    }
    throw std::out_of_range(stage);
  }
  /// Puts a fault into what was recorded of the files.
  void examine(const std::function<void(ExamineRecord&)>& change) {
    Json& measurements = of_stage("examine");
    auto record = record_from_json<ExamineRecord>(measurements, "examine.json");
    change(record);
    measurements = record_to_json(record);
  }
  ExamineRecord other() const {
    const auto found = std::ranges::find(plus, "examine", &RunResult::stage);
    return measurements_of<ExamineRecord>(*found);
  }
  /// Verdicts of the claims that do not pass by themselves, by claim id.
  std::map<std::string, Verdict> failures() {
    std::map<std::string, Verdict> failed;
    for (const auto& record : judge_row(row(), fcn, {})) {
      if (record.verdict == Verdict::kFail) failed[record.claim] = record.verdict;
    }
    return failed;
  }
};

std::vector<std::string> failed_claims(Fixture& fixture) {
  std::vector<std::string> claims;
  for (const auto& [claim, verdict] : fixture.failures()) claims.push_back(claim);
  return claims;
}

TEST(Judge, TheMiniZooHoldsWhatItClaims) {
  const auto records = judge_run(kRun, read_suite(kRun / "suite.json")).verdicts;
  ASSERT_EQ(records.size(), 36u);
  for (const auto& record : records) {
    const bool on_other_hardware = record.claim == "fps";
    const bool unpublished = record.claim == "memory" || record.claim == "miou_ms_flip";
    const auto expected = on_other_hardware ? Verdict::kUnfit
                          : unpublished     ? Verdict::kNotVerifiable
                                            : Verdict::kPass;
    EXPECT_EQ(record.verdict, expected)
        << record.row << " " << record.claim << ": " << record.reason;
    EXPECT_FALSE(record.reason.empty());
  }
  EXPECT_EQ(exit_code(records), 0);
}

TEST(Judge, OfWhatWasNotPublishedNothingElseIsSaid) {
  Suite suite = read_suite(kRun / "suite.json");
  for (auto& row : suite.rows) {
    for (auto& claim : row.claims) {
      if (claim.id != "fps" && claim.id != "memory") continue;
      claim.value = nullptr;
      claim.conditions = Json::object();
    }
  }
  for (const auto& record : judge_run(kRun, suite).verdicts) {
    if (record.claim != "fps" && record.claim != "memory") continue;
    EXPECT_EQ(record.verdict, Verdict::kNotVerifiable);
    EXPECT_EQ(record.reason, "the source does not publish it");
    EXPECT_TRUE(record.measured.is_number());
  }
}

TEST(Judge, RecordsStandByRowAndThenInTheSuitesOrder) {
  const Suite suite = read_suite(kRun / "suite.json");
  const auto records = judge_run(kRun, suite).verdicts;
  std::size_t i = 0;
  for (const auto& row : suite.rows) {
    for (const auto& claim : row.claims) {
      EXPECT_EQ(records.at(i).row, row.id);
      EXPECT_EQ(records.at(i).claim, claim.id);
      ++i;
    }
  }
}

TEST(Judge, CatchesOneDigitOfTheTable) {
  Fixture fixture;
  fixture.claim("log.miou").value = 52.15;
  fixture.claim("miou").value = 52.15;
  EXPECT_THAT(failed_claims(fixture), ElementsAre("log.miou", "miou"));
}

TEST(Judge, CatchesTheHashOfAnotherFile) {
  Fixture fixture;
  fixture.claim("hash").value = "2020978b";
  EXPECT_THAT(failed_claims(fixture), ElementsAre("hash"));
}

TEST(Judge, CatchesTheCheckpointOfAnotherRow) {
  Fixture fixture;
  fixture.examine([&](ExamineRecord& record) { record.checkpoint = fixture.other().checkpoint; });
  EXPECT_GT(fixture.failures().size(), 4u) << "two digests of one file";
  fixture.fcn.at(2).digests["checkpoint"] = fixture.other().checkpoint->stored->sha256;
  EXPECT_EQ(fixture.fcn.at(2).stage, "examine");
  EXPECT_THAT(failed_claims(fixture),
              IsSupersetOf({"config", "hash", "miou", "parity", "tensors"}));
}

TEST(Judge, CatchesAnFp32FilePassedOffAsFp16) {
  Fixture fixture;
  fixture.examine([](ExamineRecord& record) {
    for (auto& tensor : record.checkpoint.value().state_dict.value()) {
      if (tensor.dtype == "float16") tensor.dtype = "float32";
    }
  });
  EXPECT_THAT(failed_claims(fixture), ElementsAre("dtypes"));
}

TEST(Judge, CatchesTheLogOfAnotherRow) {
  Fixture fixture;
  fixture.examine([&](ExamineRecord& record) {
    const std::string name = record.log->name;
    record.log = fixture.other().log;
    record.log->name = name;
  });
  EXPECT_EQ(fixture.fcn.at(2).stage, "examine");
  fixture.fcn.at(2).digests["log"] = fixture.other().log->stored->sha256;
  EXPECT_THAT(failed_claims(fixture), ElementsAre("log.config", "log.miou"));
}

TEST(Judge, CatchesANaNInAWeight) {
  Fixture fixture;
  fixture.examine([](ExamineRecord& record) {
    record.checkpoint.value().values.value().all.non_finite = 1;
    record.checkpoint->values->roles.convolution.non_finite = 1;
    record.checkpoint->values->first_non_finite = "decode_head.conv_seg.weight";
  });
  EXPECT_THAT(failed_claims(fixture), ElementsAre("finite"));
}

TEST(Judge, CatchesATrainingThatWasCutShort) {
  Fixture fixture;
  fixture.examine([](ExamineRecord& record) {
    record.log.value().last_iteration = 450;
    record.log->last_miou = 45.89;
    record.log->last_validation["mIoU"] = 0.4589;
  });
  EXPECT_THAT(failed_claims(fixture), ElementsAre("config.iterations", "log.miou"));
}

TEST(Judge, CatchesAnEvaluationOfNothing) {
  Fixture fixture;
  fixture.of_stage("evaluate").at("images") = 0;
  fixture.of_stage("parity").at("images") = 0;
  EXPECT_THAT(failed_claims(fixture),
              IsSupersetOf({"miou", "parity", "parity.logits", "parity.pixels"}));
}

TEST(Judge, CatchesAResultThatIsMissing) {
  Fixture fixture;
  fixture.fcn.clear();
  EXPECT_EQ(fixture.failures().size(), fixture.row().claims.size() - 2);
  EXPECT_FALSE(fixture.failures().contains("memory"));
}

TEST(Judge, ATrainingAndALockstepAreJudgedOnlyWhereTheyWereAskedFor) {
  Row row = sample::row();
  row.claims = {sample::claim("retrain.lockstep", "retrained", 1),
                sample::claim("retrain.finite", "retrained", 0)};
  const auto judged = [&](std::vector<std::string> stages) {
    std::vector<std::string> claims;
    for (const auto& record : judge_row(row, {}, {std::move(stages), {}, {}})) {
      EXPECT_EQ(record.verdict, Verdict::kFail);
      claims.push_back(record.claim);
    }
    return claims;
  };
  EXPECT_THAT(judged({"examine", "evaluate"}), ElementsAre());
  EXPECT_THAT(judged({"lockstep"}), ElementsAre("retrain.lockstep"));
  EXPECT_THAT(judged({"train"}), ElementsAre("retrain.finite"));
}

TEST(Judge, AClaimWithoutARuleFailsWhateverWasAskedFor) {
  Row row = sample::row();
  row.claims = {sample::claim("retrain.accuracy", "retrained", 1),
                sample::claim("miou", "retrained", 52.05)};
  const auto records = judge_row(row, {}, {{"examine"}, {}, {}});
  ASSERT_EQ(records.size(), 2U);
  for (const auto& record : records) EXPECT_EQ(record.verdict, Verdict::kFail) << record.claim;
}

TEST(Judge, TwoHalvesOfAModelThatDisagreeAreCaught) {
  Fixture fixture;
  auto& parity = fixture.of_stage("parity");
  parity.at("miou") = 51.5;
  parity.at("difference") = 51.5 - parity.at("miou_reference").get<double>();
  parity.at("changed_pixels") = 30000;
  parity.at("logits").at("rmse") = 0.05;
  EXPECT_THAT(failed_claims(fixture), ElementsAre("parity", "parity.logits", "parity.pixels"));
}

class JudgeRun : public testing::Test {
 protected:
  void SetUp() override { fs::copy(kRun, folder_.path() / "run", fs::copy_options::recursive); }
  fs::path run() const { return folder_.path() / "run"; }
  const Suite suite_ = read_suite(kRun / "suite.json");

 private:
  TemporaryFolder folder_;
};

TEST_F(JudgeRun, JudgesOnlyTheRowsOfTheJob) {
  Json job = read_json_file(run() / "run.json");
  job.at("rows") = {suite_.rows.at(1).id};
  Json asked = Json::array();
  for (const auto& one : job.at("asked")) {
    if (one.at("row") == suite_.rows.at(1).id) asked.push_back(one);
  }
  job.at("asked") = asked;
  write_json_file(run() / "run.json", job);
  const auto records = judge_run(run(), suite_).verdicts;
  ASSERT_EQ(records.size(), 18u);
  EXPECT_EQ(records.front().row, suite_.rows.at(1).id);
}

TEST_F(JudgeRun, AStageThatWasNotAskedForIsSkipped) {
  JobRecord job = read_job(run());
  job.stages = {"examine"};
  std::erase_if(job.asked, [](const AskedExecution& one) { return one.stage != "examine"; });
  write_json_file(run() / "run.json", to_json(job));
  fs::remove(run() / suite_.rows.at(0).id / "evaluate-fp16.json");
  for (const auto& record : judge_run(run(), suite_).verdicts) {
    EXPECT_NE(record.verdict, Verdict::kFail) << record.claim << ": " << record.reason;
  }
}

TEST_F(JudgeRun, ARowThatLeftNothingFails) {
  fs::remove_all(run() / suite_.rows.at(0).id);
  const auto records = judge_run(run(), suite_).verdicts;
  EXPECT_EQ(records.at(0).verdict, Verdict::kFail);
  EXPECT_EQ(records.at(18).verdict, Verdict::kPass);
  EXPECT_EQ(exit_code(records), 1);
}

TEST_F(JudgeRun, AResultThatCannotBeReadFailsItsClaimsAlone) {
  write_file_atomic(run() / suite_.rows.at(0).id / "evaluate-fp16.json", "{\"schema\": \"half");
  const auto records = judge_run(run(), suite_).verdicts;
  ASSERT_EQ(records.size(), 36u);
  EXPECT_EQ(records.at(0).verdict, Verdict::kPass);
  EXPECT_EQ(records.at(11).verdict, Verdict::kFail);
  EXPECT_THAT(records.at(11).reason, HasSubstr("cannot be read"));
  EXPECT_EQ(records.at(29).verdict, Verdict::kPass);
}

TEST_F(JudgeRun, AnExecutionThatLeftNothingFailsItsClaims) {
  fs::remove(run() / suite_.rows.at(0).id / "evaluate-fp16.json");
  const auto records = judge_run(run(), suite_).verdicts;
  EXPECT_EQ(records.at(11).claim, "miou");
  EXPECT_EQ(records.at(11).verdict, Verdict::kFail);
  EXPECT_THAT(records.at(11).reason, HasSubstr("left no result"));
}

TEST_F(JudgeRun, AnExecutionThatFailedIsListedEvenWhereNoClaimRestsOnIt) {
  Suite suite = suite_;
  for (auto& row : suite.rows) {
    std::erase_if(row.claims, [](const Claim& claim) { return claim.evidence != "file"; });
  }
  EXPECT_TRUE(judge_run(run(), suite).failed.empty());
  EXPECT_EQ(exit_code(judge_run(run(), suite)), 0);
  const auto file = run() / suite_.rows.at(1).id / "evaluate-fp32.json";
  Json result = read_json_file(file);
  result.at("status") = "error";
  result.at("reason") = "label 77";
  write_json_file(file, result);
  const JudgedRun judged = judge_run(run(), suite);
  ASSERT_EQ(judged.failed.size(), 1U);
  EXPECT_EQ(judged.failed[0].row, suite_.rows.at(1).id);
  EXPECT_EQ(judged.failed[0].reason, "label 77");
  EXPECT_THAT(judged.failed[0].execution, HasSubstr("evaluate in fp32"));
  EXPECT_EQ(exit_code(judged.verdicts), 0);
  EXPECT_EQ(exit_code(judged), 1);
  EXPECT_EQ(verdicts_document("s", judged).at("exit"), 1);
}

TEST_F(JudgeRun, AResultOfAnotherJobIsNotJudged) {
  JobRecord job = read_job(run());
  job.ask({suite_.rows.at(0).id, "evaluate", "fp16", {}, "another program"});
  write_json_file(run() / "run.json", to_json(job));
  const auto of_another = judge_run(run(), suite_).verdicts.at(11);
  EXPECT_EQ(of_another.verdict, Verdict::kFail);
  EXPECT_THAT(of_another.reason, HasSubstr("left over"));
  job.ask({suite_.rows.at(0).id, "evaluate", "fp16", {}, ""});
  write_json_file(run() / "run.json", to_json(job));
  const auto never_begun = judge_run(run(), suite_).verdicts.at(11);
  EXPECT_EQ(never_begun.verdict, Verdict::kFail);
  EXPECT_THAT(never_begun.reason, HasSubstr("never begun"));
}

TEST_F(JudgeRun, AResultOfAnotherSuiteOrDeviceIsNotJudged) {
  const auto file = run() / suite_.rows.at(0).id / "evaluate-fp16.json";
  const Json whole = read_json_file(file);
  for (const auto& [field, other] :
       {std::pair{"suite", "another"}, std::pair{"device", "cuda"}, std::pair{"device", ""}}) {
    Json result = whole;
    result.at(field) = other;
    write_json_file(file, result);
    const auto record = judge_run(run(), suite_).verdicts.at(11);
    EXPECT_EQ(record.verdict, Verdict::kFail);
    EXPECT_THAT(record.reason, HasSubstr(fmt::format("of the {} \"{}\"", field, other)));
  }
}

TEST_F(JudgeRun, AResultOfAnotherEnvironmentIsNotJudged) {
  const auto file = run() / suite_.rows.at(0).id / "evaluate-fp16.json";
  Json result = read_json_file(file);
  result.at("environment").at("build").at("commit") = "another";
  write_json_file(file, result);
  const auto record = judge_run(run(), suite_).verdicts.at(11);
  EXPECT_EQ(record.verdict, Verdict::kFail);
  EXPECT_THAT(record.reason, HasSubstr("build.commit is \"another\", and the job's is"));
}

TEST_F(JudgeRun, ImagesThatEveryResultLacksAreMissed) {
  Suite suite = suite_;
  suite.data.images = 16;
  EXPECT_EQ(exit_code(judge_run(run(), suite).verdicts), 0);
  suite.data.images = 17;
  for (const auto& record : judge_run(run(), suite).verdicts) {
    if (record.evidence != "evaluated" || record.claim == "memory.ratio") continue;
    EXPECT_NE(record.verdict, Verdict::kPass) << record.row << " " << record.claim;
  }
}

TEST_F(JudgeRun, ResultsThatNobodyAskedForAreListedAndDoNotCount) {
  const auto folder = run() / suite_.rows.at(0).id;
  fs::copy_file(folder / "evaluate-fp16.json", folder / "evaluate-bf16-amp.json");
  write_file_atomic(folder / "train-fp16-seed7.json", "torn");
  const JudgedRun judged = judge_run(run(), suite_);
  EXPECT_EQ(exit_code(judged.verdicts), 0);
  EXPECT_THAT(judged.left_over, ElementsAre(suite_.rows.at(0).id + "/evaluate-bf16-amp.json",
                                            suite_.rows.at(0).id + "/train-fp16-seed7.json"));
  EXPECT_TRUE(judge_run(kRun, suite_).left_over.empty());
}

TEST_F(JudgeRun, ClaimsOverTrainingsThatNobodyAskedForAreCounted) {
  Suite suite = suite_;
  suite.rows.at(0).claims = {sample::claim("retrain.lockstep", "retrained", 1),
                             sample::claim("retrain.finite", "retrained", 0),
                             sample::claim("retrain.memory", "retrained", 0)};
  const JudgedRun judged = judge_run(run(), suite);
  EXPECT_EQ(judged.not_asked.at("train"), 2);
  EXPECT_EQ(judged.not_asked.at("lockstep"), 1);
  EXPECT_EQ(judged.verdicts.size(), 18u);
}

TEST_F(JudgeRun, AResultInAnotherRowsFolderFailsThatRow) {
  fs::copy_file(run() / suite_.rows.at(1).id / "examine.json",
                run() / suite_.rows.at(0).id / "examine.json",
                fs::copy_options::overwrite_existing);
  EXPECT_THAT(judge_run(run(), suite_).verdicts.at(0).reason,
              HasSubstr("holds a result of deeplabv3plus"));
}

TEST_F(JudgeRun, ARowThatTheSuiteDoesNotHaveIsRefused) {
  Suite other = suite_;
  other.rows.pop_back();
  EXPECT_THROW(judge_run(run(), other), Error);
}

TEST_F(JudgeRun, AnotherSuiteThanWasRunIsRefusedWithWhatDiffers) {
  const auto refusal = [&](const std::function<void(Suite&)>& change) -> std::string {
    Suite other = suite_;
    change(other);
    try {
      judge_run(run(), other);
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUsage);
      return error.what();
    }
  };
  const std::string id = suite_.rows.at(0).id;
  const auto of_row = [&](std::string_view differs) {
    return testing::AllOf(HasSubstr(id), HasSubstr(differs));
  };
  EXPECT_THAT(refusal([](Suite& one) { one.rows[0].recipe["lr"] = 1e9; }), of_row("1000000000"));
  EXPECT_THAT(refusal([](Suite& one) { one.rows[0].arithmetic->policy = Policy::kFp32; }),
              of_row("fp16-master"));
  EXPECT_THAT(refusal([](Suite& one) { one.rows[0].model["backbone"]["depth"] = 101; }),
              of_row("101"));
  EXPECT_THAT(refusal([](Suite& one) { one.rows[0].method = "PSPNet"; }), of_row("PSPNet"));
  EXPECT_THAT(refusal([](Suite& one) { one.rows[0].checkpoint = "other.pth"; }),
              of_row("other.pth"));
  EXPECT_THAT(refusal([](Suite& one) { one.rows[0].log = "other.json"; }), of_row("other.json"));
  EXPECT_THAT(refusal([](Suite& one) { one.rows[0].config = "other.py"; }), of_row("other.py"));
  EXPECT_THAT(refusal([](Suite& one) { one.data.root = "elsewhere"; }), of_row("elsewhere"));
  EXPECT_THAT(refusal([](Suite& one) { one.data.height = 512; }), of_row("512"));
  EXPECT_THAT(refusal([](Suite& one) { one.data.split = "train"; }), of_row("train"));
  EXPECT_THAT(refusal([](Suite& one) { one.name = "another"; }), HasSubstr(suite_.name));
}

TEST_F(JudgeRun, ASuiteWithOtherClaimsThanWereRunIsJudged) {
  Suite other = suite_;
  for (auto& claim : other.rows.at(0).claims) {
    claim.tolerance = Tolerance{1.0, 0.0, "wide"};
    claim.conditions["hardware"] = "A100";
  }
  other.rows[0].sibling_row = "another";
  EXPECT_EQ(judge_run(run(), other).verdicts.size(), 36U);
  other.rows[0].claims.clear();
  EXPECT_EQ(judge_run(run(), other).verdicts.size(), 18U);
}

TEST_F(JudgeRun, ARequiredResourceThatWasMissingFailsWithoutAClaim) {
  Suite suite = suite_;
  for (auto& row : suite.rows) {
    std::erase_if(row.claims, [](const Claim& claim) { return claim.evidence != "file"; });
  }
  const auto file = run() / suite_.rows.at(0).id / "evaluate-fp16.json";
  Json result = read_json_file(file);
  result.at("status") = "skipped";
  result.at("reason") = "no data: data/cityscapes does not exist";
  write_json_file(file, result);
  EXPECT_EQ(exit_code(judge_run(run(), suite)), 0);
  EXPECT_EQ(exit_code(judge_run(run(), suite, {{"gpu"}})), 0);
  const JudgedRun judged = judge_run(run(), suite, {{"data"}});
  ASSERT_EQ(judged.failed.size(), 1U);
  EXPECT_EQ(exit_code(judged), 1);
}

TEST_F(JudgeRun, ARunWithoutItsJobIsRefused) {
  write_file_atomic(run() / "run.json", "{\"schema\": \"halfproof.job/2\"}");
  EXPECT_THROW(judge_run(run(), suite_), Error);
  write_file_atomic(run() / "run.json", "{\"schema\": \"halfproof.job/1\", \"rows\": []}");
  EXPECT_THROW(judge_run(run(), suite_), Error);
  fs::remove(run() / "run.json");
  EXPECT_THROW(judge_run(run(), suite_), Error);
}

TEST_F(JudgeRun, TheSuiteOfAnotherJobIsRefused) {
  const auto refusal = [&]() -> std::optional<ErrorCode> {
    try {
      judge_run(run(), suite_);
      return std::nullopt;
    } catch (const Error& error) {
      EXPECT_THAT(error.detail(), HasSubstr("run it again"));
      return error.code();
    }
  };
  EXPECT_EQ(refusal(), std::nullopt);
  // What a job leaves that is killed before it writes its own run.json.
  Json faster = read_json_file(run() / "suite.json");
  faster.at("rows").at(0).at("recipe")["lr"] = 5.0;
  write_json_file(run() / "suite.json", faster);
  EXPECT_EQ(refusal(), ErrorCode::kUsage);
  EXPECT_THROW(read_suite_of_run(run()), Error);
  fs::remove(run() / "suite.json");
  EXPECT_EQ(refusal(), ErrorCode::kUsage);
  fs::copy_file(kRun / "suite.json", run() / "suite.json");
  EXPECT_EQ(refusal(), std::nullopt);
}

TEST_F(JudgeRun, ARequiredResourceThatWasMissingFails) {
  const auto file = run() / suite_.rows.at(0).id / "evaluate-fp16.json";
  Json result = read_json_file(file);
  result.at("status") = "skipped";
  result.at("reason") = "no data: data/cityscapes does not exist";
  write_json_file(file, result);
  const auto verdict_of_miou = [&](const JudgeOptions& options) {
    return judge_run(run(), suite_, options).verdicts.at(11).verdict;
  };
  EXPECT_EQ(verdict_of_miou({}), Verdict::kSkipped);
  EXPECT_EQ(verdict_of_miou({{"gpu"}}), Verdict::kSkipped);
  EXPECT_EQ(verdict_of_miou({{"gpu", "data"}}), Verdict::kFail);
}

}  // namespace
}  // namespace harness
