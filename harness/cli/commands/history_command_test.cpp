#include <sys/wait.h>

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/record/verdict.h"
#include "harness/testing/command_line.h"
#include "harness/testing/history_runs.h"
#include "harness/testing/program.h"
#include "harness/testing/synthetic_series.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

/// Changes what a copied run was judged.
using Edit = std::function<void(JudgedRun&)>;

/// The verdict on a claim of the run's FCN.
VerdictRecord& verdict_on(JudgedRun& run, const std::string& claim) {
  for (auto& record : run.verdicts) {
    if (record.row == kRowOfGpuRun && record.claim == claim) return record;
  }
  throw std::runtime_error("no verdict on " + claim);
}

/// Run directories of consecutive nights, made from a real one.
class HistoryCommand : public testing::Test {
 protected:
  fs::path night(int number, const std::string& driver = "580.65.06", const Edit& edit = nullptr) {
    const fs::path folder = folder_.path() / ("night" + std::to_string(number));
    fs::create_directory(folder);
    copy_run(kGpuRun, folder);
    Json job = read_json_file(folder / "run.json");
    job["started"] = night_text(number);
    write_json_file(folder / "run.json", job);
    for (const auto& asked : job.at("asked")) move_result(folder, asked, number, driver);
    const std::string suite = job.at("suite");
    JudgedRun run = judged_run_from_json(read_json_file(folder / "verdicts.json"), suite, "night");
    verdict_on(run, "fps").measured = 30.0 + 0.1 * draw_.normal();
    if (edit) edit(run);
    write_json_file(folder / "verdicts.json", verdicts_document(suite, run));
    return folder;
  }

  CommandEnd history(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "history");
    arguments.insert(arguments.end(), {"--history", file_.string()});
    return run_command_line(add_history_command, arguments);
  }
  std::string changes() const { return history({"changes"}).output; }
  Json json_of(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    return parse_json(history(arguments).output, "output");
  }

  TemporaryFolder folder_;
  fs::path file_ = folder_.path() / "history.sqlite";

 private:
  static void move_result(const fs::path& folder, const Json& asked, int number,
                          const std::string& driver) {
    const std::string row = asked.at("row");
    const auto file = folder / row /
                      run_result_name(asked.at("stage").get<std::string>(),
                                      asked.at("precision").get<std::string>());
    if (!fs::exists(file)) return;
    Json result = read_json_file(file);
    result["started"] = night_text(number);
    if (result["environment"]["gpu"].is_object()) result["environment"]["gpu"]["driver"] = driver;
    write_json_file(file, result);
  }

  SyntheticSeries draw_{4};
};

void slow_down(JudgedRun& run) {
  auto& measured = verdict_on(run, "fps").measured;
  measured = measured.get<double>() * 0.9;
}

TEST_F(HistoryCommand, TellsWhatChangedNightByNight) {
  for (int number = 0; number < 10; ++number) history({"add", night(number).string()});
  EXPECT_THAT(changes(),
              HasSubstr("minizoo on NVIDIA H200: nothing changed in run 10 since run 9"));
  history({"add", night(10, "590.10", slow_down).string()});
  const std::string found = changes();
  EXPECT_THAT(found, HasSubstr("driver: 580.65.06 -> 590.10"));
  EXPECT_THAT(found, HasSubstr("fps fp16: "));
  EXPECT_THAT(found, HasSubstr("noise explains"));
  EXPECT_THAT(found, Not(HasSubstr("nothing changed")));
  history({"add", night(11, "590.10", slow_down).string()});
  EXPECT_THAT(changes(), HasSubstr("nothing changed in run 12 since run 11"));
  EXPECT_THAT(changes(), HasSubstr("since run 11 of " + night_text(10)));
  history({"add", night(12, "590.10", slow_down).string()});
  const auto shown = history({"show", "--row", "fcn_r50", "--claim", "fps"});
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_THAT(shown.output, HasSubstr("since run 11 of " + night_text(10)));
}

TEST_F(HistoryCommand, TellsAVerdictThatFlipsWithItsReason) {
  history({"add", night(0).string(), night(1, "580.65.06", [](JudgedRun& run) {
                                       auto& miou = verdict_on(run, "miou");
                                       miou.verdict = Verdict::kFail;
                                       miou.reason = "3 below, allowed 0.055";
                                     }).string()});
  const auto end = history({"changes"});
  EXPECT_EQ(end.exit_code, 0) << "changes are told, not judged";
  EXPECT_THAT(end.output, HasSubstr("miou fp16: PASS -> FAIL"));
  EXPECT_THAT(end.output, HasSubstr("3 below, allowed 0.055"));
  const Json document = json_of({"changes", "--from", "2", "--to", "1"});
  EXPECT_EQ(document.at("runs").at(0).at("flips").at(0).at("now"), "PASS");
}

TEST_F(HistoryCommand, TheFirstRunIsSaidToBeOne) {
  history({"add", night(0).string()});
  EXPECT_THAT(changes(), HasSubstr("minizoo on NVIDIA H200: run 1 is the first of its command."));
  EXPECT_EQ(json_of({"changes"}).at("first").size(), 1U);
}

TEST_F(HistoryCommand, AddsARunOnce) {
  const fs::path first = night(0);
  EXPECT_THAT(history({"add", first.string()}).output, HasSubstr("night0: added"));
  EXPECT_THAT(history({"add", first.string()}).output, HasSubstr("already there"));
  EXPECT_EQ(json_of({"list"}).size(), 1U);
}

TEST_F(HistoryCommand, AddsNothingWhenOneFolderIsUnusable) {
  EXPECT_THROW(history({"add", night(0).string(), (folder_.path() / "none").string()}), Error);
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(HistoryCommand, ListsAndShowsRuns) {
  history({"add", night(0).string(), night(1).string()});
  EXPECT_THAT(history({"list"}).output, HasSubstr(night_text(1) + "  minizoo  NVIDIA H200"));
  const auto run = history({"show", "--run", "2"});
  EXPECT_THAT(run.output, HasSubstr("cuDNN"));
  EXPECT_EQ(json_of({"show", "--run", "2"}).at("started"), night_text(1));
  const Json lines = json_of({"show", "--claim", "miou", "--row", "fcn"});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines.at(0).at("points").size(), 2U);
  EXPECT_EQ(lines.at(0).at("verdict_since"), 1);
  EXPECT_THROW(history({"show", "--claim", "no such claim"}), Error);
  EXPECT_THROW(history({"show", "--run", "3"}), Error);
}

TEST_F(HistoryCommand, ExportsAndPlots) {
  history({"add", night(0).string(), night(1).string()});
  const std::string csv = history({"export"}).output;
  const auto verdicts = read_json_file(kGpuRun + "/verdicts.json").at("verdicts").size();
  EXPECT_EQ(std::ranges::count(csv, '\n'), static_cast<std::ptrdiff_t>(1 + 2 * verdicts));
  const Json document = parse_json(history({"export", "--format", "json"}).output, "output");
  EXPECT_EQ(document.at("runs").size(), 2U);
  const fs::path svg = folder_.path() / "plot.svg";
  history({"plot", "--claim", "fps", "-o", svg.string()});
  EXPECT_THAT(read_file(svg), HasSubstr("<svg"));
  EXPECT_THAT(read_file(svg), HasSubstr(kRowOfGpuRun));
  EXPECT_THAT(history({"plot", "--claim", "fps", "--row", "fcn"}).output, HasSubstr("fps"));
}

TEST_F(HistoryCommand, WithoutAHistoryItEndsWithTwo) {
  const auto end = end_of_command(std::string(HALFPROOF_PROGRAM) + " history changes --history " +
                                  file_.string());
  EXPECT_EQ(WEXITSTATUS(end.status), 2);
  write_file_atomic(file_, std::string(1000, 'x'));
  const auto other =
      end_of_command(std::string(HALFPROOF_PROGRAM) + " history list --history " + file_.string());
  EXPECT_EQ(WEXITSTATUS(other.status), 2);
  EXPECT_THAT(other.output, HasSubstr("a file that is none"));
}

}  // namespace
}  // namespace harness
