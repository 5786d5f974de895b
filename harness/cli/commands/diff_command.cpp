#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/number_text.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/result_comparison.h"
#include "harness/cli/stages/kept_training.h"
#include "harness/cli/step_comparison.h"
#include "harness/record/run_result.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

struct DiffArguments {
  fs::path a;
  fs::path b;
  bool json = false;
};

/// One item of a run, compared with its counterpart in the other run.
struct Compared {
  std::string what;  ///< "<row>/train-fp16-seed0".
  bool equal = false;
  std::string words;
  Json record;
  bool one_sided = false;  ///< Only one of the runs has it.
};

struct Runs {
  fs::path a;
  fs::path b;
};

void require_folder(const fs::path& folder) {
  if (fs::is_directory(folder)) return;
  throw Error(ErrorCode::kIo, folder.string(), "expected a run directory, found none");
}

/// Paths of records of trainings below a run directory: "<row>/train-fp16-seed0".
std::set<std::string> trainings_below(const fs::path& folder) {
  std::set<std::string> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().filename() != "steps.jsonl") continue;
    if (is_moved_aside(entry.path().parent_path().filename().string())) continue;
    paths.insert(entry.path().parent_path().lexically_relative(folder).string());
  }
  return paths;
}

/// RunResults of a run directory by path: "<row>/evaluate-fp16.json".
using Results = std::map<std::string, RunResult>;

Results results_below(const fs::path& folder) {
  Results results;
  for (const auto& row : fs::directory_iterator(folder)) {
    // `halfproof paper` leaves experiments, which are not results of rows.
    if (row.path().filename() == "paper") continue;
    for (auto& result : read_run_results(row.path())) {
      const auto name = run_result_name(result.stage, result.precision, result.seed);
      results.emplace((row.path().filename() / name).string(), std::move(result));
    }
  }
  return results;
}

/// The names in two ordered containers, each with whether the first and the second have it.
template <typename Names, typename Visit>
void for_each_name(const Names& a, const Names& b, const Visit& visit) {
  for (const auto& name : a) visit(name, true, b.count(name) > 0);
  for (const auto& name : b) {
    if (a.count(name) == 0) visit(name, false, true);
  }
}

Compared only_in_one(const char* kind, const std::string& what, bool in_a) {
  const char* owner = in_a ? "A" : "B";
  return {what,
          false,
          fmt::format("only {} has it", owner),
          {{kind, what}, {"equal", false}, {"only", owner}},
          true};
}

Json to_json(const OnlyInOne& side) {
  return {{"steps", side.steps},
          {"first_step", side.steps > 0 ? Json(side.first_step) : Json()},
          {"keys", side.keys}};
}

Compared compare_training(const Runs& runs, const std::string& what) {
  const StepComparison steps =
      compare_steps(runs.a / what / "steps.jsonl", runs.b / what / "steps.jsonl");
  Json record = {{"training", what},
                 {"equal", steps.equal()},
                 {"steps", {steps.steps_a, steps.steps_b}},
                 {"compared", steps.compared},
                 {"first_step", steps.step ? Json(*steps.step) : Json()},
                 {"key", steps.key},
                 {"tensor", steps.tensor},
                 {"only_a", to_json(steps.only_a)},
                 {"only_b", to_json(steps.only_b)}};
  return {what, steps.equal(), describe(steps), std::move(record)};
}

void compare_trainings(const Runs& runs, std::vector<Compared>& list) {
  for_each_name(trainings_below(runs.a), trainings_below(runs.b),
                [&](const std::string& what, bool in_a, bool in_b) {
                  list.push_back(in_a && in_b ? compare_training(runs, what)
                                              : only_in_one("training", what, in_a));
                });
}

template <typename Value>
std::set<std::string> names_of(const std::map<std::string, Value>& values) {
  std::set<std::string> names;
  for (const auto& [name, value] : values) names.insert(name);
  return names;
}

Compared compare_measurements(const std::string& what, const RunResult& a, const RunResult& b) {
  const std::string differs = first_difference(a, b);
  const bool equal = differs.empty();
  return {what,
          equal,
          equal ? "measurements are equal" : differs + " differs",
          {{"measurements", what}, {"equal", equal}, {"differs_at", differs}}};
}

/// How each ended, what was measured but for times, and the digests they hold: of predictions, of
/// weights. Two skips say nothing of equality.
void compare_result(const std::string& what, const RunResult& a, const RunResult& b,
                    std::vector<Compared>& list) {
  if (a.status != b.status || a.status == RunStatus::kError) {
    const std::string words =
        fmt::format("ended with {} against {}", to_string(a.status), to_string(b.status));
    list.push_back({what, false, words, {{"result", what}, {"equal", false}, {"status", words}}});
    return;
  }
  if (a.status == RunStatus::kOk) list.push_back(compare_measurements(what, a, b));
  for_each_name(
      names_of(a.digests), names_of(b.digests), [&](const std::string& key, bool in_a, bool in_b) {
        const std::string name = fmt::format("{} {}", what, key);
        if (!in_a || !in_b) {
          list.push_back(only_in_one("digest", name, in_a));
          return;
        }
        const bool equal = a.digests.at(key) == b.digests.at(key);
        list.push_back(
            {name, equal, equal ? "equal" : "differ", {{"digest", name}, {"equal", equal}}});
      });
}

void compare_results(const Results& a, const Results& b, std::vector<Compared>& list) {
  for_each_name(names_of(a), names_of(b), [&](const std::string& what, bool in_a, bool in_b) {
    if (in_a && in_b) {
      compare_result(what, a.at(what), b.at(what), list);
    } else {
      list.push_back(only_in_one("result", what, in_a));
    }
  });
}

/// What two results were computed with. Times and what a clock shows do not belong to it.
Json context_of(const RunResult& result) {
  Json environment = record_to_json(result.environment);
  if (environment.at("gpu").is_object()) {
    environment["gpu"].erase("sm_clock_mhz");
    environment["gpu"].erase("memory_clock_mhz");
  }
  return Json{{"device", result.device}, {"environment", environment}}.flatten();
}

/// How often each pair of values stands in a place where two contexts differ.
using PairCounts = std::map<std::string, std::map<Json, std::int64_t>>;

void count_differences(const Json& a, const Json& b, PairCounts& counts) {
  for (const auto& [place, value] : a.items()) {
    const Json other = b.value(place, Json());
    if (other != value) ++counts[place][Json::array({value, other})];
  }
  for (const auto& [place, value] : b.items()) {
    if (!a.contains(place)) ++counts[place][Json::array({Json(), value})];
  }
}

/// {"/device": [{"values": ["cpu", "cuda"], "results": 3}]}: what differs in what the results were
/// computed with, each pair of values once, and in how many of the results that both runs have. It
/// may explain a difference and makes none.
Json compare_contexts(const Results& a, const Results& b) {
  PairCounts counts;
  for (const auto& [what, result] : a) {
    const auto found = b.find(what);
    if (found == b.end()) continue;
    count_differences(context_of(result), context_of(found->second), counts);
  }
  Json differences = Json::object();
  for (const auto& [place, pairs] : counts) {
    for (const auto& [values, results] : pairs) {
      differences[place].push_back({{"values", values}, {"results", results}});
    }
  }
  return differences;
}

void print_contexts(const Json& contexts) {
  for (const auto& [place, pairs] : contexts.items()) {
    for (const auto& pair : pairs) {
      const Json& values = pair.at("values");
      std::printf("%s computed with another %s: %s against %s\n",
                  plural(pair.at("results").get<std::int64_t>(), "result").c_str(),
                  place.c_str() + 1, values.at(0).dump().c_str(), values.at(1).dump().c_str());
    }
  }
}

void print(const std::vector<Compared>& all, bool equal, const Json& contexts, bool json) {
  Json list = Json::array();
  for (const auto& one : all) {
    list.push_back(one.record);
    if (!json) std::printf("%s: %s\n", one.what.c_str(), one.words.c_str());
  }
  if (!json) return print_contexts(contexts);
  const Json document = {
      {"schema", "halfproof.diff/1"}, {"equal", equal}, {"compared", list}, {"contexts", contexts}};
  std::printf("%s\n", document.dump(1, ' ', false, Json::error_handler_t::replace).c_str());
}

int diff(const DiffArguments& options) {
  const Runs runs{options.a, options.b};
  require_folder(runs.a);
  require_folder(runs.b);
  const Results a = results_below(runs.a);
  const Results b = results_below(runs.b);
  std::vector<Compared> all;
  compare_results(a, b, all);
  compare_trainings(runs, all);
  if (std::all_of(all.begin(), all.end(), [](const auto& one) { return one.one_sided; })) {
    throw Error(ErrorCode::kUsage, fmt::format("{}, {}", options.a.string(), options.b.string()),
                "expected two runs with results in common, found none to compare");
  }
  const bool equal = std::all_of(all.begin(), all.end(), [](const auto& one) { return one.equal; });
  print(all, equal, compare_contexts(a, b), options.json);
  return equal ? 0 : 1;
}

}  // namespace

void add_diff_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<DiffArguments>();
  auto* command = program.add_subcommand(
      "diff", "Where two runs part: the first step and tensor that differ, bit by bit");
  add_positional(*command, "A", options->a, "A run directory");
  add_positional(*command, "B", options->b, "Another one");
  add_json_flag(*command, options->json);
  add_footer(*command, "halfproof diff runs/today runs/yesterday",
             "0 both have the same results and all are equal, 1 they are not, 2 unusable input");
  command->callback([options, &exit_code] { exit_code = diff(*options); });
}

}  // namespace harness
