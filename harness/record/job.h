#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/record/environment.h"

namespace harness {

/// One execution that a job asked for. Only its result is judged.
struct AskedExecution {
  std::string row;
  std::string stage;                 ///< "examine", "evaluate", ..., or an experiment's name.
  std::string precision;             ///< "" where no arithmetic is run.
  std::optional<std::int64_t> seed;  ///< Set for stages that draw random numbers.
  /// The RunResult::key that its result must have; "" until the job reached it.
  std::string key;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("row", self.row);
    visit("stage", self.stage);
    visit("precision", self.precision);
    visit("seed", self.seed);
    visit("key", self.key);
  }

  /// Whether both name the same execution; keys are not compared.
  bool is_same_as(const AskedExecution& other) const noexcept;
};

/// What every job records of itself before it begins, whatever it does.
struct Job {
  std::string suite;
  std::string suite_file;    ///< Its name without the folder.
  std::string suite_digest;  ///< sha256 of the suite's file, of which DIR/suite.json is a copy.
  std::vector<std::string> rows;
  std::vector<std::int64_t> seeds;
  std::vector<std::string> argv;
  EnvironmentRecord environment;
  std::string started;  ///< UTC.
  std::vector<AskedExecution> asked;

  /// Adds the execution, or updates the key of the one that is there.
  void ask(const AskedExecution& execution);

  /// Names these fields for the documents of the structs that extend this one (fields.h).
  template <typename Self, typename Visit>
  static void visit_common(Self& self, Visit&& visit) {
    visit("suite", self.suite);
    visit("suite_file", self.suite_file);
    visit("suite_digest", self.suite_digest);
    visit("rows", self.rows);
    visit("seeds", self.seeds);
    visit("argv", self.argv);
    visit("environment", self.environment);
    visit("started", self.started);
    visit("asked", self.asked);
  }
};

/// What `halfproof run` was asked to do: DIR/run.json, schema "halfproof.job/2". Written before the
/// first row and again whenever a key becomes known, so that the record of a job that died also
/// lists what it did not reach.
struct JobRecord : Job {
  std::vector<std::string> stages;
  std::vector<std::string> precisions;  ///< Empty: those of the rows.
  std::string device;
};

/// Whether a stage draws its weights and images and so reads none of the published files: "memory"
/// and "speed".
bool is_drawn_stage(std::string_view stage) noexcept;

/// Whether a job of these stages examines the published files: any does but one of drawn stages
/// alone.
bool examines_files(const std::vector<std::string>& stages) noexcept;

/// Why a result of `stage` was not produced where the job ran, with both values; "" when it was.
/// All results are of one build. Speed is also of the job's host, processor and cores; what the
/// other stages found on one machine holds on the next, to which a suite may have moved.
std::string other_environment(const Job& job, std::string_view stage,
                              const EnvironmentRecord& environment);

/// Throws Error(kInvalidJson) where two executions have one key, which is a digest of everything
/// that tells one from the other.
void refuse_equal_keys(const std::vector<AskedExecution>& asked, std::string_view subject);

/// The stage that a user asks for to get this one: "evaluate" for "parity" and "evaluate_ms_flip",
/// itself for every other.
std::string_view stage_that_brings(std::string_view stage) noexcept;

Json to_json(const JobRecord& job);

/// Throws Error(kInvalidJson): a key missing, unknown or of another type, no row, stage or seed,
/// one of these or a precision twice, an unknown stage, precision or device, a suite without a
/// file, a start that is no time, an execution asked for twice or with another's key, one of a row,
/// stage, precision or seed that is not the job's, or none for one that is, or a run directory of
/// an earlier version.
JobRecord job_from_json(const Json& value, std::string_view subject);

/// DIR/run.json. Throws as job_from_json(), Error(kIo), and Error(kUsage) when DIR is not a run
/// directory.
JobRecord read_job(const std::filesystem::path& directory);

}  // namespace harness
