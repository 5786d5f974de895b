#include "harness/record/job.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/arithmetic/policy.h"
#include "harness/base/error.h"
#include "harness/base/text.h"
#include "harness/record/fields.h"
#include "harness/record/run_result.h"
#include "harness/record/schema.h"

namespace harness {
namespace {

constexpr std::string_view kRunJobSchema = "halfproof.job/2";

/// Those that a user asks for.
constexpr auto kStages = std::to_array<std::string_view>(
    {"examine", "evaluate", "lockstep", "train", "memory", "speed"});

struct JobDocument {
  std::string schema{kRunJobSchema};
  JobRecord job;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("schema", self.schema);
    visit("stages", self.job.stages);
    visit("precisions", self.job.precisions);
    visit("device", self.job.device);
    Job::visit_common(self.job, visit);
  }

  static FieldDefect form_defect(const JobDocument& document) {
    return first_defect({word_defect("device", document.job.device, {"cpu", "cuda"}),
                         name_defect("suite_file", document.job.suite_file),
                         document.job.started.empty()
                             ? FieldDefect{}
                             : time_defect("started", document.job.started)});
  }
};

void refuse_doubles(const JobRecord& job, std::string_view subject) {
  for (auto one = job.asked.begin(); one != job.asked.end(); ++one) {
    const bool again = std::any_of(std::next(one), job.asked.end(),
                                   [&](const auto& other) { return one->is_same_as(other); });
    if (!again) continue;
    throw Error(ErrorCode::kInvalidJson, subject,
                fmt::format("asked: expected each execution once, got {} {} {} twice", one->row,
                            one->stage, one->precision));
  }
}

[[noreturn]] void contradict(std::string_view subject, const AskedExecution& one,
                             std::string_view expected, std::string_view got = "") {
  throw Error(
      ErrorCode::kInvalidJson, subject,
      fmt::format("asked: expected {}, got {}{}{} with {}", expected, got, got.empty() ? "" : " ",
                  execution_text(one.stage, one.precision, one.seed), one.row));
}

void refuse_no_job(const JobRecord& job, std::string_view subject) {
  const auto refuse = [&](const std::string& detail) {
    throw Error(ErrorCode::kInvalidJson, subject, detail);
  };
  const auto refuse_list = [&](const char* name, auto list, bool may_be_empty = false) {
    if (list.empty() && !may_be_empty) {
      refuse(fmt::format("{}: expected one at least, got none", name));
    }
    std::ranges::sort(list);
    const auto twice = std::ranges::adjacent_find(list);
    if (twice != list.end())
      refuse(fmt::format("{}: expected each once, got {} twice", name, *twice));
  };
  refuse_list("rows", job.rows);
  refuse_list("stages", job.stages);
  refuse_list("seeds", job.seeds);
  refuse_list("precisions", job.precisions, /*may_be_empty=*/true);
  for (const auto& stage : job.stages) {
    if (std::ranges::find(kStages, stage) != kStages.end()) continue;
    refuse(fmt::format("stages: expected {}, got \"{}\"", fmt::join(kStages, ", "), stage));
  }
  const auto known = precision_names();
  for (const auto& precision : job.precisions) {
    if (std::ranges::find(known, precision) != known.end()) continue;
    refuse(fmt::format("precisions: expected {}, got \"{}\"", fmt::join(known, ", "), precision));
  }
}

void refuse_what_is_beside_the_job(const JobRecord& job, std::string_view subject) {
  for (const auto& one : job.asked) {
    if (!contains(job.rows, one.row)) contradict(subject, one, "one of the job's rows");
    // The published files are examined for any stage.
    const bool fits = one.stage == "examine" || contains(job.stages, stage_that_brings(one.stage));
    if (!fits) contradict(subject, one, "one of the job's stages");
    const bool is_of_rows = one.precision.empty() || job.precisions.empty();
    if (!is_of_rows && !contains(job.precisions, one.precision)) {
      contradict(subject, one, "one of the job's precisions");
    }
  }
}

/// Every row is run in every stage and every precision of the job, and examined where its files are
/// read.
void refuse_lost_executions(const JobRecord& job, std::string_view subject) {
  const auto require = [&](const std::string& row, const std::string& stage,
                           const std::string& precision) {
    const bool is_there = std::ranges::any_of(job.asked, [&](const AskedExecution& one) {
      return one.row == row && one.stage == stage &&
             (precision.empty() || one.precision == precision);
    });
    if (is_there) return;
    contradict(subject, {row, stage, precision, std::nullopt, ""}, "every execution", "none of");
  };
  for (const auto& row : job.rows) {
    if (examines_files(job.stages)) require(row, "examine", "");
    for (const auto& stage : job.stages) {
      require(row, stage, "");
      if (stage == "examine") continue;
      for (const auto& precision : job.precisions) require(row, stage, precision);
    }
  }
}

void refuse_lost_seeds(const JobRecord& job, std::string_view subject) {
  std::map<std::tuple<std::string, std::string, std::string>, std::set<std::int64_t>> seeds;
  for (const auto& one : job.asked) {
    if (one.seed) seeds[{one.row, one.stage, one.precision}].insert(*one.seed);
  }
  const std::set<std::int64_t> all(job.seeds.begin(), job.seeds.end());
  for (const auto& [group, of_group] : seeds) {
    if (of_group == all) continue;
    const auto& [row, stage, precision] = group;
    contradict(subject, {row, stage, precision, std::nullopt, ""}, "every seed of the job");
  }
}

/// A job that lost some of what it asked for would be judged by the rest.
void refuse_contradictions(const JobRecord& job, std::string_view subject) {
  refuse_no_job(job, subject);
  refuse_what_is_beside_the_job(job, subject);
  refuse_lost_executions(job, subject);
  refuse_lost_seeds(job, subject);
}

/// `build.commit is "a", and the job's is "b"`; "" where the records are equal.
std::string difference(std::string_view name, const Json& found, const Json& of_job) {
  for (const auto& [key, value] : found.items()) {
    if (value == of_job.at(key)) continue;
    return fmt::format("{}.{} is {}, and the job's is {}", name, key, value.dump(),
                       of_job.at(key).dump());
  }
  return "";
}

/// Results and job are written by a worker and a program, which are built one after the other.
std::string difference_of_builds(const BuildRecord& found, const BuildRecord& of_job) {
  const std::string other = difference("build", record_to_json(found), record_to_json(of_job));
  if (other.empty()) return "";
  return fmt::format("{}; it is of a worker {}, and the job of a halfproof {}", other,
                     build_text(found), build_text(of_job));
}

/// What tells machines apart, and how much of one a process may use.
Json machine_of(const EnvironmentRecord& environment) {
  const MachineRecord& machine = environment.machine;
  return {{"hostname_sha256_8", machine.hostname_sha256_8},
          {"cpu", machine.cpu},
          {"cores", machine.cores}};
}

}  // namespace

std::string other_environment(const Job& job, std::string_view stage,
                              const EnvironmentRecord& environment) {
  std::string other = difference_of_builds(environment.build, job.environment.build);
  if (!other.empty() || stage != "speed") return other;
  return difference("machine", machine_of(environment), machine_of(job.environment));
}

void refuse_equal_keys(const std::vector<AskedExecution>& asked, std::string_view subject) {
  std::map<std::string, const AskedExecution*> by_key;
  for (const auto& one : asked) {
    const auto [there, is_new] = by_key.try_emplace(one.key, &one);
    if (is_new || one.key.empty()) continue;
    const AskedExecution& other = *there->second;
    throw Error(ErrorCode::kInvalidJson, subject,
                fmt::format("asked: expected a key of its own for {} with {}, got that of {} with "
                            "{}",
                            execution_text(one.stage, one.precision, one.seed), one.row,
                            execution_text(other.stage, other.precision, other.seed), other.row));
  }
}

std::string_view stage_that_brings(std::string_view stage) noexcept {
  return stage == "parity" || stage == "evaluate_ms_flip" ? "evaluate" : stage;
}

bool is_drawn_stage(std::string_view stage) noexcept {
  return stage == "memory" || stage == "speed";
}

bool examines_files(const std::vector<std::string>& stages) noexcept {
  return !std::ranges::all_of(stages, is_drawn_stage);
}

bool AskedExecution::is_same_as(const AskedExecution& other) const noexcept {
  return row == other.row && stage == other.stage && precision == other.precision &&
         seed == other.seed;
}

void Job::ask(const AskedExecution& execution) {
  const auto there = std::find_if(asked.begin(), asked.end(), [&](const AskedExecution& other) {
    return other.is_same_as(execution);
  });
  if (there == asked.end()) {
    asked.push_back(execution);
  } else {
    there->key = execution.key;
  }
}

Json to_json(const JobRecord& job) {
  return record_to_json(JobDocument{std::string(kRunJobSchema), job});
}

JobRecord job_from_json(const Json& value, std::string_view subject) {
  require_schema(value, kRunJobSchema, subject,
                 "a run directory of another version cannot be used: choose another --out");
  JobRecord job = record_from_json<JobDocument>(value, subject).job;
  refuse_doubles(job, subject);
  refuse_equal_keys(job.asked, subject);
  refuse_contradictions(job, subject);
  return job;
}

JobRecord read_job(const std::filesystem::path& directory) {
  const auto file = directory / "run.json";
  if (!std::filesystem::exists(file)) {
    throw Error(ErrorCode::kUsage, directory.string(),
                "expected a run directory of `halfproof run`, got a path without run.json");
  }
  return job_from_json(read_json_file(file), file.string());
}

}  // namespace harness
