#include "harness/record/paper_job_record.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/number_text.h"
#include "harness/base/text.h"
#include "harness/record/experiment.h"
#include "harness/record/fields.h"
#include "harness/record/schema.h"

namespace harness {
namespace {

constexpr std::string_view kPaperJobSchema = "halfproof.paper/1";

struct PaperJobDocument {
  std::string schema{kPaperJobSchema};
  PaperJobRecord job;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("schema", self.schema);
    visit("experiments", self.job.experiments);
    visit("threads", self.job.threads);
    visit("rows_as_run", self.job.rows_as_run);
    Job::visit_common(self.job, visit);
  }
};

[[noreturn]] void refuse(std::string_view subject, const std::string& detail) {
  throw Error(ErrorCode::kInvalidJson, subject, detail);
}

void refuse_unknown_experiments(const PaperJobRecord& job, std::string_view subject) {
  for (const auto& name : job.experiments) {
    if (contains(paper_experiments(), name)) continue;
    refuse(subject, fmt::format("experiments: expected {}, got \"{}\"",
                                enumeration(paper_experiments()), name));
  }
}

void refuse_other_rows_as_run(const PaperJobRecord& job, std::string_view subject) {
  const bool has_all =
      std::ranges::all_of(job.rows, [&](const auto& row) { return job.rows_as_run.contains(row); });
  if (has_all && job.rows_as_run.size() == job.rows.size()) return;
  refuse(subject, "rows_as_run: expected a digest of each of the rows and no other");
}

void require_once(const std::vector<AskedExecution>& expected,
                  const std::vector<AskedExecution>& found, std::string_view what,
                  std::string_view subject) {
  for (const auto& one : expected) {
    const auto count = std::ranges::count_if(
        found, [&](const AskedExecution& other) { return other.is_same_as(one); });
    if (count == 1) continue;
    refuse(subject,
           fmt::format("asked: expected {} with {} once {}, got it {} times",
                       execution_text(one.stage, one.precision, one.seed), one.row, what, count));
  }
}

/// A job that lost some of what it asked for would be judged by the rest.
void refuse_another_grid(const PaperJobRecord& job, std::string_view subject) {
  if (job.asked.empty()) refuse(subject, "asked: expected one experiment at least, got none");
  const auto grid = experiments_of(job);
  require_once(grid, job.asked, "among them", subject);
  require_once(job.asked, grid, "among the experiments with each row and seed", subject);
}

}  // namespace

std::vector<AskedExecution> experiments_of(const PaperJobRecord& job) {
  std::vector<AskedExecution> all;
  for (const auto& row : job.rows) {
    for (const auto& experiment : job.experiments) {
      for (const auto seed : job.seeds) all.push_back({row, experiment, "", seed, ""});
    }
  }
  return all;
}

Json to_json(const PaperJobRecord& job) {
  return record_to_json(PaperJobDocument{std::string(kPaperJobSchema), job});
}

PaperJobRecord paper_job_from_json(const Json& value, std::string_view subject) {
  require_schema(value, kPaperJobSchema, subject,
                 "experiments of another version must be run again: leave out --stored");
  PaperJobRecord job = record_from_json<PaperJobDocument>(value, subject).job;
  refuse_unknown_experiments(job, subject);
  refuse_other_rows_as_run(job, subject);
  refuse_another_grid(job, subject);
  refuse_equal_keys(job.asked, subject);
  return job;
}

PaperJobRecord read_paper_job(const std::filesystem::path& folder) {
  const auto file = folder / kPaperJobFile;
  if (!std::filesystem::exists(file)) {
    throw Error(ErrorCode::kUsage, folder.string(),
                fmt::format("expected a folder of `halfproof paper`, got a path without {}, which "
                            "says what was asked for; leave out --stored to run the experiments",
                            kPaperJobFile));
  }
  return paper_job_from_json(read_json_file(file), file.string());
}

}  // namespace harness
