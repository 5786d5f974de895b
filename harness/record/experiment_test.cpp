#include "harness/record/experiment.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

Experiment experiment() {
  Experiment one;
  one.name = "overflow";
  one.source = "a paper, section 1";
  one.suite = "zoo";
  one.row = "fcn";
  one.status = RunStatus::kSkipped;
  one.reason = "no data: none";
  one.started = "2026-01-01T00:00:00Z";
  one.elapsed_s = 1.5;
  one.argv = {"halfproof", "paper"};
  one.settings = {{"steps", 3}};
  one.measurements = {{"share", 0.5}};
  one.charts.emplace_back();
  one.charts.back().title = "t";
  return one;
}

TEST(Experiment, GoesThroughJsonUnchanged) {
  const Json json = to_json(experiment());
  const Experiment read = experiment_from_json(parse_json(json.dump(), "f"), "f");
  EXPECT_EQ(to_json(read), json);
  EXPECT_EQ(read.status, RunStatus::kSkipped);
  EXPECT_EQ(read.charts.size(), 1u);
}

TEST(Experiment, EveryFieldIsNeededInItsType) {
  const Json whole = to_json(experiment());
  for (const auto& [key, value] : whole.items()) {
    Json cut = whole;
    cut.erase(key);
    EXPECT_THROW(experiment_from_json(cut, "f"), Error) << key;
    Json other = whole;
    other[key] = true;
    EXPECT_THROW(experiment_from_json(other, "f"), Error) << key;
  }
}

TEST(Experiment, ItsFileNamesExperimentAndRow) {
  EXPECT_EQ(experiment_file_stem("overflow", "fcn_r50"), "overflow.fcn_r50");
}

}  // namespace
}  // namespace harness
