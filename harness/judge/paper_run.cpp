#include "harness/judge/paper_run.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/error.h"
#include "harness/base/sha256.h"
#include "harness/judge/judge.h"
#include "harness/judge/rules/paper/paper_claims.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

std::string document_name(const AskedExecution& asked) {
  return experiment_file_stem(asked.stage, asked.row) + ".json";
}

/// An experiment that left no document that counts: a failure.
Experiment failed(const PaperJobRecord& job, const AskedExecution& asked, std::string reason) {
  Experiment experiment = new_experiment(paper_experiment(asked.stage), job.suite, asked.row);
  experiment.seed = asked.seed;
  experiment.key = asked.key;
  experiment.status = RunStatus::kError;
  experiment.reason = std::move(reason);
  return experiment;
}

/// What a document says that it is: experiment, row, seed and suite.
std::string identity(std::string_view experiment, std::string_view row,
                     std::optional<std::int64_t> seed, std::string_view suite) {
  return fmt::format("{} with {} of the suite {}", execution_text(experiment, "", seed), row,
                     suite);
}

/// Why the document does not count as the one that was asked for; "" when it does.
std::string contradiction(const Experiment& found, const AskedExecution& asked,
                          const PaperJobRecord& job) {
  const auto expected = identity(asked.stage, asked.row, asked.seed, job.suite);
  const auto got = identity(to_string(found.name), found.row, found.seed, found.suite);
  if (got != expected) return fmt::format("expected {}, got {}", expected, got);
  if (found.key != asked.key) {
    return "it is left over from a job with another program, recipe or data set";
  }
  // What was not measured was measured nowhere else.
  if (found.status != RunStatus::kOk) return "";
  const std::string other = other_environment(job, asked.stage, found.environment);
  return other.empty() ? "" : fmt::format("it is of another environment: {}", other);
}

/// The document of the experiment, or the failure that it counts as.
Experiment read_asked(const fs::path& folder, const PaperJobRecord& job,
                      const AskedExecution& asked) {
  const std::string name = document_name(asked);
  if (!fs::exists(folder / name)) {
    return failed(job, asked, "it was asked for and left no document");
  }
  if (asked.key.empty()) return failed(job, asked, "it was asked for and never begun");
  try {
    const Experiment found = experiment_from_json(read_json_file(folder / name), name);
    const std::string wrong = contradiction(found, asked, job);
    return wrong.empty() ? found : failed(job, asked, fmt::format("{}: {}", name, wrong));
  } catch (const Error& error) {
    return failed(job, asked, fmt::format("its document cannot be read: {}", error.what()));
  }
}

std::vector<std::string> left_over(const fs::path& folder, const PaperJobRecord& job) {
  std::set<std::string> known = {kPaperJobFile, "verdicts.json"};
  for (const auto& asked : job.asked) known.insert(document_name(asked));
  std::set<std::string> others;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() == ".json" && !known.contains(name)) others.insert(name);
  }
  return {others.begin(), others.end()};
}

/// What decides what is measured may not differ from what the experiments were made with.
void require_rows_as_run(const PaperJobRecord& job, const Suite& suite) {
  for (const auto& row : suite.rows) {
    const auto run = job.rows_as_run.find(row.id);
    if (run == job.rows_as_run.end()) continue;
    const std::string digest = sha256_hex(what_was_run(suite, row).dump());
    if (digest == run->second) continue;
    throw Error(ErrorCode::kUsage, row.id,
                fmt::format("expected the row and the data set that the experiments were made with "
                            "(sha256 {}), got others ({}); judge by {} as it was, or leave out "
                            "--stored to run them again",
                            run->second, digest, job.suite_file));
  }
}

template <typename T>
void require_asked(const std::vector<T>& selected, const std::vector<T>& asked,
                   std::string_view what) {
  for (const auto& one : selected) {
    if (std::ranges::find(asked, one) != asked.end()) continue;
    throw Error(ErrorCode::kUsage, fmt::format("{} {}", what, one),
                fmt::format("expected one that the stored experiments were asked for ({}), got "
                            "another; leave out --stored to run it",
                            fmt::join(asked, ", ")));
  }
}

template <typename T>
bool is_selected(const std::vector<T>& selected, const T& one) {
  return selected.empty() || std::ranges::find(selected, one) != selected.end();
}

bool is_selected(const PaperSelection& selection, const AskedExecution& asked) {
  return is_selected(selection.rows, asked.row) &&
         is_selected(selection.experiments, asked.stage) &&
         is_selected(selection.seeds, asked.seed.value_or(0));
}

using Cells = std::set<std::pair<std::string, std::string>>;  ///< Row and experiment.

/// How many statements of each experiment the default job, every experiment with every row, would
/// judge besides those cells.
std::map<std::string, std::int64_t> statements_beside(const Cells& judged, const Suite& suite) {
  std::map<std::string, std::int64_t> statements;
  for (const auto experiment : kPaperExperiments) {
    const std::string name(to_string(experiment));
    const auto of_one_row = std::ssize(judge_experiment(new_experiment(experiment, "", "")));
    for (const auto& row : suite.rows) {
      if (!judged.contains({row.id, name})) statements[name] += of_one_row;
    }
  }
  return statements;
}

}  // namespace

StoredPaper read_paper(const fs::path& folder) {
  StoredPaper paper;
  paper.job = read_paper_job(folder);
  for (const auto& asked : paper.job.asked) {
    paper.experiments.push_back(read_asked(folder, paper.job, asked));
  }
  paper.left_over = left_over(folder, paper.job);
  return paper;
}

JudgedRun judge_paper(const StoredPaper& paper, const Suite& suite,
                      const PaperSelection& selection) {
  require_suite_of(paper.job, suite);
  require_rows_as_run(paper.job, suite);
  require_asked(selection.rows, paper.job.rows, "row");
  require_asked(selection.experiments, paper.job.experiments, "experiment");
  require_asked(selection.seeds, paper.job.seeds, "seed");
  JudgedRun judged;
  judged.left_over = paper.left_over;
  Cells cells;
  for (std::size_t i = 0; i < paper.experiments.size(); ++i) {
    const AskedExecution& asked = paper.job.asked[i];
    if (!is_selected(selection, asked)) continue;
    const Experiment& experiment = paper.experiments[i];
    const auto row = std::ranges::find(suite.rows, asked.row, &Row::id);
    // Every row of the job is one of the suite (require_suite_of).
    const auto records = judge_experiment(experiment, &*row);
    judged.verdicts.insert(judged.verdicts.end(), records.begin(), records.end());
    cells.insert({asked.row, asked.stage});
    if (experiment.status != RunStatus::kError) continue;
    judged.failed.push_back(
        {asked.row, execution_text(asked.stage, "", asked.seed), experiment.reason});
  }
  judged.not_asked = statements_beside(cells, suite);
  return judged;
}

}  // namespace harness
