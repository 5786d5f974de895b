#include "harness/record/job.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

JobRecord sample() {
  JobRecord job;
  job.suite = "zoo";
  job.suite_file = "zoo.json";
  job.rows = {"fcn"};
  job.stages = {"examine", "train"};
  job.device = "cpu";
  job.seeds = {0, 1};
  job.asked = {{"fcn", "examine", "", {}, "k0"},
               {"fcn", "train", "fp16", 0, ""},
               {"fcn", "train", "fp16", 1, ""}};
  return job;
}

template <typename Call>
std::string refusal_of(Call call, ErrorCode code) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.detail();
  }
  ADD_FAILURE() << "expected an Error";
  return "";
}

TEST(Job, ComesBackFromJson) {
  const Json value = to_json(sample());
  EXPECT_EQ(value.at("schema"), "halfproof.job/2");
  const JobRecord job = job_from_json(value, "run.json");
  EXPECT_EQ(to_json(job).dump(), value.dump());
  EXPECT_EQ(job.asked[0].seed, std::nullopt);
  EXPECT_EQ(job.asked[1].seed, 0);
}

TEST(Job, AskingAgainGivesTheExecutionItsKey) {
  JobRecord job = sample();
  job.ask({"fcn", "train", "fp16", 0, "k1"});
  ASSERT_EQ(job.asked.size(), 3U);
  EXPECT_EQ(job.asked[1].key, "k1");
}

TEST(Job, NoTwoExecutionsHaveOneKey) {
  JobRecord job = sample();
  job.asked[1].key = "k1";
  job.asked[2].key = "k2";
  EXPECT_EQ(job_from_json(to_json(job), "run.json").asked.size(), 3U);
  for (const char* key : {"k0", "k1"}) {
    job.asked[2].key = key;
    EXPECT_THAT(
        refusal_of([&] { job_from_json(to_json(job), "run.json"); }, ErrorCode::kInvalidJson),
        testing::HasSubstr("a key of its own for train in fp16, seed 1 with fcn"));
  }
}

/// A change of an environment, and whether it matters where times were measured and elsewhere.
struct EnvironmentChange {
  const char* what;
  void (*change)(EnvironmentRecord&);
  bool timed;
  bool untimed;
};

TEST(Job, ResultsAreOfItsEnvironment) {
  JobRecord job = sample();
  job.environment.build.commit = std::string(40, 'c');
  job.environment.machine.cpu = "EPYC 7763";
  const EnvironmentChange changes[] = {
      {"", [](auto&) {}, false, false},
      {"", [](auto& one) { one.library.emplace(); }, false, false},
      {"build.commit", [](auto& one) { one.build.commit = "another"; }, true, true},
      {"build.dirty", [](auto& one) { one.build.dirty = true; }, true, true},
      {"build.compiler", [](auto& one) { one.build.compiler = "another"; }, true, true},
      {"machine.hostname", [](auto& one) { one.machine.hostname_sha256_8 = "a"; }, true, false},
      {"machine.cpu is \"Xeon\", and the job's is \"EPYC 7763\"",
       [](auto& one) { one.machine.cpu = "Xeon"; }, true, false},
      {"machine.cores", [](auto& one) { one.machine.cores = 64; }, true, false}};
  for (const auto& [what, change, timed, untimed] : changes) {
    EnvironmentRecord other = job.environment;
    change(other);
    EXPECT_THAT(other_environment(job, "speed", other), testing::HasSubstr(what));
    EXPECT_EQ(!other_environment(job, "speed", other).empty(), timed) << what;
    for (const char* stage : {"examine", "evaluate", "train", "lockstep", "memory", "overflow"}) {
      EXPECT_EQ(!other_environment(job, stage, other).empty(), untimed) << what << ", " << stage;
    }
  }
}

TEST(Job, WhatWasAskedForAgreesWithTheRest) {
  const auto refusal = [](void (*change)(JobRecord&)) {
    JobRecord job = sample();
    change(job);
    return refusal_of([&] { job_from_json(to_json(job), "run.json"); }, ErrorCode::kInvalidJson);
  };
  EXPECT_THAT(refusal([](JobRecord& job) { job.asked.pop_back(); }),
              testing::HasSubstr("every seed"));
  EXPECT_THAT(refusal([](JobRecord& job) { job.seeds = {0}; }), testing::HasSubstr("every seed"));
  EXPECT_THAT(refusal([](JobRecord& job) { job.asked.resize(1); }), testing::HasSubstr("none of"));
  EXPECT_THAT(refusal([](JobRecord& job) { job.stages = {"examine"}; }),
              testing::HasSubstr("stages"));
  EXPECT_THAT(refusal([](JobRecord& job) { job.rows = {"pspnet"}; }), testing::HasSubstr("rows"));
  EXPECT_THAT(refusal([](JobRecord& job) { job.precisions = {"fp32"}; }),
              testing::HasSubstr("one of the job's precisions"));
  EXPECT_THAT(refusal([](JobRecord& job) {
                job.precisions = {"fp16", "fp32"};
              }),
              testing::HasSubstr("none of train in fp32 with fcn"));
  EXPECT_THAT(refusal([](JobRecord& job) {
                job.precisions = {"fp16", "banana"};
              }),
              testing::HasSubstr("banana"));
}

TEST(Job, EveryRowIsExaminedAndRunInEveryStage) {
  const auto refusal = [](void (*change)(JobRecord&)) {
    JobRecord job = sample();
    change(job);
    return refusal_of([&] { job_from_json(to_json(job), "run.json"); }, ErrorCode::kInvalidJson);
  };
  EXPECT_THAT(refusal([](JobRecord& job) { job.rows.clear(); }), testing::HasSubstr("rows"));
  EXPECT_THAT(refusal([](JobRecord& job) { job.stages.clear(); }), testing::HasSubstr("stages"));
  EXPECT_THAT(refusal([](JobRecord& job) { job.rows.push_back("pspnet"); }),
              testing::HasSubstr("none of examine with pspnet"));
  EXPECT_THAT(refusal([](JobRecord& job) { job.stages.push_back("evaluate"); }),
              testing::HasSubstr("none of evaluate with fcn"));
  EXPECT_THAT(refusal([](JobRecord& job) { job.asked.resize(1); }),
              testing::HasSubstr("none of train with fcn"));
  EXPECT_THAT(refusal([](JobRecord& job) { job.asked.erase(job.asked.begin()); }),
              testing::HasSubstr("none of examine with fcn"));
}

TEST(Job, ARowWhoseFilesAreNotReadIsNotExamined) {
  JobRecord job = sample();
  job.stages = {"memory", "speed"};
  job.asked = {{"fcn", "memory", "fp16", {}, ""}, {"fcn", "speed", "fp16", {}, ""}};
  EXPECT_EQ(job_from_json(to_json(job), "run.json").asked.size(), 2U);
  job.stages.push_back("evaluate");
  job.asked.push_back({"fcn", "evaluate", "fp16", {}, ""});
  EXPECT_THAT(refusal_of([&] { job_from_json(to_json(job), "run.json"); }, ErrorCode::kInvalidJson),
              testing::HasSubstr("none of examine with fcn"));
}

TEST(Job, APrecisionOfTheJobIsOneOfEveryStageThatComputes) {
  JobRecord job = sample();
  job.precisions = {"fp16"};
  EXPECT_EQ(job_from_json(to_json(job), "run.json").precisions, job.precisions);
  job.stages = {"examine"};
  job.asked.resize(1);
  EXPECT_EQ(job_from_json(to_json(job), "run.json").precisions, job.precisions);
}

TEST(Job, WhatItListsIsThereAndThereOnce) {
  const auto refusal = [](void (*change)(JobRecord&)) {
    JobRecord job = sample();
    change(job);
    return refusal_of([&] { job_from_json(to_json(job), "run.json"); }, ErrorCode::kInvalidJson);
  };
  using testing::StartsWith;
  EXPECT_THAT(refusal([](JobRecord& job) { job.seeds.clear(); }), StartsWith("seeds: "));
  EXPECT_THAT(refusal([](JobRecord& job) { job.seeds.push_back(1); }),
              StartsWith("seeds: expected each once, got 1 twice"));
  EXPECT_THAT(refusal([](JobRecord& job) { job.rows.push_back("fcn"); }), StartsWith("rows: "));
  EXPECT_THAT(refusal([](JobRecord& job) { job.stages.push_back("train"); }),
              StartsWith("stages: "));
  EXPECT_THAT(refusal([](JobRecord& job) {
                job.precisions = {"fp16", "fp16"};
              }),
              StartsWith("precisions: "));
  EXPECT_THAT(refusal([](JobRecord& job) { job.stages.push_back("guess"); }),
              StartsWith("stages: expected examine"));
  EXPECT_THAT(refusal([](JobRecord& job) { job.device = "abacus"; }), StartsWith("device: "));
  EXPECT_THAT(refusal([](JobRecord& job) { job.suite_file.clear(); }), StartsWith("suite_file: "));
  EXPECT_THAT(refusal([](JobRecord& job) { job.started = "today"; }), StartsWith("started: "));
}

TEST(Job, AnotherBuildIsNamedBesideTheJobs) {
  JobRecord job = sample();
  job.environment.build.commit = std::string(40, 'a');
  EnvironmentRecord other = job.environment;
  other.build.commit = std::string(40, 'b');
  other.build.dirty = true;
  EXPECT_THAT(
      other_environment(job, "evaluate", other),
      testing::HasSubstr("a worker of commit bbbbbbbbbbbb (changed since), and the job of a "
                         "halfproof of commit aaaaaaaaaaaa"));
  other = job.environment;
  other.build.dirty = true;
  EXPECT_THAT(other_environment(job, "evaluate", other),
              testing::HasSubstr("aaaaaaaaaaaa (changed since)"));
}

TEST(Job, ExecutionsDifferInRowStagePrecisionAndSeed) {
  for (const AskedExecution& other : {AskedExecution{"psp", "train", "fp16", 0, ""},
                                      AskedExecution{"fcn", "lockstep", "fp16", 0, ""},
                                      AskedExecution{"fcn", "train", "fp32", 0, ""},
                                      AskedExecution{"fcn", "train", "fp16", 2, ""},
                                      AskedExecution{"fcn", "train", "fp16", {}, ""}}) {
    JobRecord job = sample();
    job.ask(other);
    EXPECT_EQ(job.asked.size(), 4U);
  }
}

TEST(Job, AnExecutionTwiceIsRefused) {
  JobRecord job = sample();
  job.asked.push_back(job.asked[1]);
  job.asked.back().key = "other";
  EXPECT_THAT(refusal_of([&] { job_from_json(to_json(job), "run.json"); }, ErrorCode::kInvalidJson),
              testing::HasSubstr("twice"));
}

TEST(Job, AnEarlierVersionIsRefused) {
  for (const Json& value : {Json({{"schema", "halfproof.job/1"}, {"rows", Json::array()}}), Json(),
                            Json::array(), Json::object()}) {
    EXPECT_THAT(refusal_of([&] { job_from_json(value, "run.json"); }, ErrorCode::kInvalidJson),
                testing::HasSubstr("halfproof.job/2"));
  }
}

TEST(Job, AFolderWithoutOneIsNoRunDirectory) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "no_run_directory";
  std::filesystem::create_directories(folder);
  EXPECT_THAT(refusal_of([&] { read_job(folder); }, ErrorCode::kUsage),
              testing::HasSubstr("run.json"));
}

}  // namespace
}  // namespace harness
