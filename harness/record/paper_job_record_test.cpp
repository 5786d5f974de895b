#include "harness/record/paper_job_record.h"

#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {
using testing::HasSubstr;

/// Two experiments with two rows.
PaperJobRecord sample() {
  PaperJobRecord job;
  job.suite = "zoo";
  job.rows = {"fcn", "psp"};
  job.seeds = {3};
  job.experiments = {"overflow", "loss-scaling"};
  job.threads = 1;
  job.rows_as_run = {{"fcn", "a0"}, {"psp", "b1"}};
  job.asked = experiments_of(job);
  job.ask({"psp", "overflow", "", 3, "k"});
  return job;
}

std::optional<ErrorCode> refusal_of(const Json& value) {
  try {
    paper_job_from_json(value, "paper.json");
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

TEST(PaperJobRecord, AsksForEveryExperimentWithEveryRowOnce) {
  const PaperJobRecord job = sample();
  ASSERT_EQ(job.asked.size(), 4U);
  EXPECT_TRUE(job.asked[1].is_same_as({"fcn", "loss-scaling", "", 3, ""}));
  EXPECT_EQ(job.asked[2].key, "k");
}

TEST(PaperJobRecord, ComesBackFromJson) {
  const Json value = to_json(sample());
  EXPECT_EQ(value.at("schema"), "halfproof.paper/1");
  EXPECT_EQ(to_json(paper_job_from_json(value, "paper.json")), value);
}

TEST(PaperJobRecord, EveryFieldIsNeededInItsTypeAndNoOther) {
  const Json whole = to_json(sample());
  for (const auto& [key, value] : whole.items()) {
    Json cut = whole;
    cut.erase(key);
    EXPECT_EQ(refusal_of(cut), ErrorCode::kInvalidJson) << key;
    Json other = whole;
    other[key] = true;
    EXPECT_EQ(refusal_of(other), ErrorCode::kInvalidJson) << key;
  }
  Json more = whole;
  more["stages"] = Json::array();
  EXPECT_EQ(refusal_of(more), ErrorCode::kInvalidJson);
  Json earlier = whole;
  earlier["schema"] = "halfproof.paper/0";
  EXPECT_EQ(refusal_of(earlier), ErrorCode::kInvalidJson);
}

/// What is wrong with a record that contradicts itself.
struct Contradiction {
  const char* what;
  void (*change)(PaperJobRecord& job);
};

TEST(PaperJobRecord, WhatWasAskedForAgreesWithTheRest) {
  const std::vector<Contradiction> contradictions = {
      {"one is missing", [](PaperJobRecord& job) { job.asked.erase(job.asked.begin()); }},
      {"one is there twice", [](PaperJobRecord& job) { job.asked[1] = job.asked[0]; }},
      {"one more",
       [](PaperJobRecord& job) {
         job.ask({"fcn", "master-weights", "", 3, ""});
       }},
      {"another row", [](PaperJobRecord& job) { job.asked[0].row = "psp2"; }},
      {"another experiment", [](PaperJobRecord& job) { job.asked[0].stage = "overflows"; }},
      {"a precision", [](PaperJobRecord& job) { job.asked[0].precision = "fp16"; }},
      {"another seed", [](PaperJobRecord& job) { job.asked[0].seed = 4; }},
      {"no seed", [](PaperJobRecord& job) { job.asked[0].seed.reset(); }},
      {"a row less", [](PaperJobRecord& job) { job.rows.pop_back(); }},
      {"a row twice", [](PaperJobRecord& job) { job.rows[1] = job.rows[0]; }},
      {"an experiment less", [](PaperJobRecord& job) { job.experiments.pop_back(); }},
      {"a seed more", [](PaperJobRecord& job) { job.seeds.push_back(4); }},
      {"a row without a digest", [](PaperJobRecord& job) { job.rows_as_run.erase("fcn"); }},
      {"a digest without a row", [](PaperJobRecord& job) { job.rows_as_run["more"] = "c"; }}};
  for (const auto& [what, change] : contradictions) {
    PaperJobRecord job = sample();
    change(job);
    EXPECT_EQ(refusal_of(to_json(job)), ErrorCode::kInvalidJson) << what;
  }
}

TEST(PaperJobRecord, AnUnknownExperimentIsRefused) {
  PaperJobRecord job = sample();
  job.experiments = {"overflows"};
  job.asked = experiments_of(job);
  EXPECT_EQ(refusal_of(to_json(job)), ErrorCode::kInvalidJson);
}

TEST(PaperJobRecord, NothingAskedForIsRefused) {
  PaperJobRecord job = sample();
  job.experiments.clear();
  job.asked.clear();
  EXPECT_EQ(refusal_of(to_json(job)), ErrorCode::kInvalidJson);
}

TEST(PaperJobRecord, AFolderWithoutOneIsNoneOfHalfproofPaper) {
  const TemporaryFolder folder;
  try {
    read_paper_job(folder.path());
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_THAT(error.detail(), HasSubstr(kPaperJobFile));
  }
}

}  // namespace
}  // namespace harness
