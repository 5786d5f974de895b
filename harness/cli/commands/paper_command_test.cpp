#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/record/experiment.h"
#include "harness/testing/command_line.h"

namespace harness {
namespace {
using testing::HasSubstr;

constexpr const char* kRow = "fcn_r50w8-d8_64x128_600_fp16_scenes";

CommandEnd paper(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"paper", "suites/minizoo.json", "--stored"});
  return run_command_line(add_paper_command, arguments);
}

TEST(PaperCommand, JudgesWhatIsStoredAndWhatWasNamedAndIsNotThereFails) {
  const TemporaryFolder folder;
  const std::string out = folder.path().string();
  EXPECT_THROW(paper({"--out", out}), Error);
  Experiment experiment = new_experiment(PaperExperiment::kOverflow, "minizoo", kRow);
  experiment.status = RunStatus::kSkipped;
  experiment.reason = "no data: none";
  write_json_file(folder.path() / "paper" / (experiment_file_stem("overflow", kRow) + ".json"),
                  to_json(experiment));
  const auto end = paper({"--out", out});
  EXPECT_EQ(end.exit_code, 77);
  EXPECT_THAT(end.output, HasSubstr("SKIPPED"));
  EXPECT_EQ(paper({"--out", out, "--row", "fcn", "--experiment", "loss-scaling"}).exit_code, 1);
  const Json verdicts = read_json_file(folder.path() / "paper" / "verdicts.json");
  EXPECT_EQ(verdicts.at("exit"), 1);
  EXPECT_THROW(paper({"--out", out, "--experiment", "no-such"}), CLI::ParseError);
}

}  // namespace
}  // namespace harness
