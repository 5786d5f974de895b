#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/cli/command.h"
#include "harness/cli/step_comparison.h"
#include "harness/record/run_result.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

struct Options {
  fs::path a;
  fs::path b;
  bool json = false;
};

/// One thing that both runs have.
struct Compared {
  std::string what;  ///< "<row>/train-fp16-seed0".
  bool equal = false;
  std::string words;
  Json record;
};

/// Paths of records of trainings below a run directory: "<row>/train-fp16-seed0".
std::set<std::string> trainings_below(const fs::path& folder) {
  std::set<std::string> paths;
  if (!fs::is_directory(folder)) {
    throw Error(ErrorCode::kIo, folder.string(), "expected a run directory, found none");
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().filename() != "steps.jsonl") continue;
    paths.insert(entry.path().parent_path().lexically_relative(folder).string());
  }
  return paths;
}

Compared compare_training(const fs::path& a, const fs::path& b, const std::string& what) {
  const StepComparison steps = compare_steps(a / what / "steps.jsonl", b / what / "steps.jsonl");
  Json record = {{"training", what},
                 {"equal", steps.equal()},
                 {"steps", {steps.steps_a, steps.steps_b}},
                 {"compared", steps.compared},
                 {"first_step", steps.step ? Json(*steps.step) : Json()},
                 {"key", steps.key},
                 {"tensor", steps.tensor}};
  return {what, steps.equal(), describe(steps), std::move(record)};
}

/// Digests that both results of one name hold: of predictions, of weights.
std::vector<Compared> compare_results(const fs::path& a, const fs::path& b) {
  std::vector<Compared> list;
  for (const auto& row : fs::directory_iterator(a)) {
    const fs::path other = b / row.path().filename();
    if (!row.is_directory() || !fs::is_directory(other)) continue;
    for (const auto& result : read_run_results(row.path())) {
      const std::string name = run_result_name(result.stage, result.precision, result.seed);
      if (!fs::exists(other / name)) continue;
      const fs::path path = other / name;
      const RunResult twin = run_result_from_json(read_json_file(path), path.string());
      for (const auto& [key, digest] : result.digests) {
        if (!twin.digests.contains(key)) continue;
        const bool equal = twin.digests.at(key) == digest;
        const std::string what = result.row + "/" + name + " " + key;
        list.push_back(
            {what, equal, equal ? "equal" : "differ", {{"digest", what}, {"equal", equal}}});
      }
    }
  }
  return list;
}

int diff(const Options& options) {
  const auto left = trainings_below(options.a);
  const auto right = trainings_below(options.b);
  std::vector<Compared> all = compare_results(options.a, options.b);
  for (const auto& what : left) {
    if (right.count(what) > 0) all.push_back(compare_training(options.a, options.b, what));
  }
  if (all.empty()) {
    throw Error(ErrorCode::kUsage, options.a.string() + ", " + options.b.string(),
                "expected two runs with results in common, found none to compare");
  }
  const bool equal = std::all_of(all.begin(), all.end(), [](const auto& one) { return one.equal; });
  Json list = Json::array();
  for (const auto& one : all) {
    list.push_back(one.record);
    if (!options.json) std::printf("%s: %s\n", one.what.c_str(), one.words.c_str());
  }
  if (options.json) {
    const Json document = {{"schema", "halfproof.diff/1"}, {"equal", equal}, {"compared", list}};
    std::printf("%s\n", document.dump(1, ' ', false, Json::error_handler_t::replace).c_str());
  }
  return equal ? 0 : 1;
}

}  // namespace

void add_diff_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand(
      "diff", "Where two runs part: the first step and tensor that differ, bit by bit");
  command->add_option("A", options->a, "A run directory")->required();
  command->add_option("B", options->b, "Another one")->required();
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([options, &exit_code] { exit_code = diff(*options); });
}

}  // namespace harness
