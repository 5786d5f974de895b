#include "harness/record/experiment.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

Experiment experiment() {
  Experiment one = new_experiment(PaperExperiment::kOverflow, "zoo", "fcn");
  one.status = RunStatus::kSkipped;
  one.reason = "no data: none";
  one.started = "2026-01-01T00:00:00Z";
  one.elapsed_s = 1.5;
  one.argv = {"halfproof", "paper"};
  one.seed = 3;
  one.settings = {{"steps", 3}};
  one.measurements = {{"share", 0.5}};
  one.charts.emplace_back();
  one.charts.back().title = "t";
  return one;
}

TEST(Experiment, GoesThroughJsonUnchanged) {
  const Json json = to_json(experiment());
  EXPECT_EQ(json.at("schema"), "halfproof.experiment/3");
  EXPECT_EQ(json.at("source"), "arXiv 1710.03740v3, sections 3.2 and 5");
  const Experiment read = experiment_from_json(parse_json(json.dump(), "f"), "f");
  EXPECT_EQ(to_json(read), json);
  EXPECT_EQ(read.status, RunStatus::kSkipped);
  EXPECT_EQ(read.seed, 3);
  EXPECT_EQ(read.charts.size(), 1u);
}

TEST(Experiment, EveryFieldIsNeededInItsTypeAndNoOther) {
  const Json whole = to_json(experiment());
  for (const auto& [key, value] : whole.items()) {
    Json cut = whole;
    cut.erase(key);
    EXPECT_THROW(experiment_from_json(cut, "f"), Error) << key;
    if (key == "settings" || key == "measurements" || key == "environment") continue;
    Json other = whole;
    other[key] = true;
    EXPECT_THROW(experiment_from_json(other, "f"), Error) << key;
  }
  Json more = whole;
  more["seeds"] = Json::object();
  EXPECT_THROW(experiment_from_json(more, "f"), Error);
  Json unknown = whole;
  unknown["name"] = "overflows";
  EXPECT_THROW(experiment_from_json(unknown, "f"), Error);
}

TEST(Experiment, OneOfAnEarlierVersionIsRefused) {
  Json earlier = to_json(experiment());
  earlier["schema"] = "halfproof.experiment/2";
  EXPECT_THROW(experiment_from_json(earlier, "f"), Error);
}

TEST(Experiment, EachHasItsNameAndItsSourceInThePapersOrder) {
  const std::vector<std::string> names = paper_experiments();
  EXPECT_EQ(names, (std::vector<std::string>{"master-weights", "loss-scaling", "fp32-accumulation",
                                             "overflow"}));
  for (const auto& name : names) {
    EXPECT_EQ(to_string(paper_experiment(name)), name);
    EXPECT_FALSE(source_of(paper_experiment(name)).empty());
  }
  try {
    paper_experiment("overflows");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
  }
}

TEST(Experiment, ItsFileNamesExperimentAndRow) {
  EXPECT_EQ(experiment_file_stem("overflow", "fcn_r50"), "overflow.fcn_r50");
}

}  // namespace
}  // namespace harness
