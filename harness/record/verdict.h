#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/record/fields.h"

namespace harness {

/// What can be said about a claim (docs/formats.md). Only kPass and kXfail let a job succeed.
enum class Verdict {
  kPass,
  kFail,
  kAmbiguous,      ///< Measured, but too noisy to decide.
  kUnfit,          ///< This machine cannot decide (other hardware, throttled clocks).
  kSkipped,        ///< Not tried: the reason says what was missing (GPU, data, network).
  kNotVerifiable,  ///< The source lacks the datum.
  kXfail,          ///< Failed, as the suite says it must, and the suite gives a reason.
  kXpass,          ///< Passed, although the suite says it must fail.
};

/// "PASS", "NOT_VERIFIABLE", ...
std::string_view to_string(Verdict verdict) noexcept;
bool read_name(std::string_view name, Verdict& verdict) noexcept;

/// One claim, judged: a line of verdicts.json. `published`, `measured` and `tolerance` are JSON
/// because a claim may be a number (mIoU), a text (a hash) or absent (null).
struct VerdictRecord {
  std::string row;
  std::string claim;
  std::string evidence;   ///< "file", "log", "evaluated", "retrained".
  std::string precision;  ///< "fp16", "fp32", or "" where no arithmetic was run.
  Json published;
  Json measured;
  std::string unit;
  Json tolerance;  ///< {"abs", "rel", "reason"} or null.
  Verdict verdict = Verdict::kFail;
  std::string reason;  ///< Never empty.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("row", self.row);
    visit("claim", self.claim);
    visit("evidence", self.evidence);
    visit("precision", self.precision);
    visit("published", self.published);
    visit("measured", self.measured);
    visit("unit", self.unit);
    visit("tolerance", self.tolerance);
    visit("verdict", self.verdict);
    visit("reason", self.reason);
  }
};

Json to_json(const VerdictRecord& record);

/// Exit code of a job: 1 when any claim is FAIL or XPASS, else 3 when any is AMBIGUOUS, else 0 when
/// any is PASS or XFAIL, else 77 (nothing could be judged; also for no claim at all).
int exit_code(const std::vector<VerdictRecord>& records) noexcept;

/// An execution that the job asked for and that failed or left no result that counts.
struct FailedExecution {
  std::string row;
  std::string execution;  ///< "evaluate in fp16".
  std::string reason;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("row", self.row);
    visit("execution", self.execution);
    visit("reason", self.reason);
  }
};

/// A run directory, judged.
struct JudgedRun {
  std::vector<VerdictRecord> verdicts;
  std::vector<FailedExecution> failed;  ///< Whether or not a claim rests on them.
  /// Results below the directory that its job did not ask for ("<row>/<file>"): nothing in them
  /// counts.
  std::vector<std::string> left_over;
  /// The number of claims over trainings that need a stage the job was not asked for, by stage; of
  /// the paper, that of statements which are not judged, by experiment.
  std::map<std::string, std::int64_t> not_asked;
};

/// The same for a run: 1 also when an execution failed, whatever the claims say.
int exit_code(const JudgedRun& run) noexcept;

/// The whole verdicts.json: schema "halfproof.verdicts/1", suite, exit, counts, verdicts.
Json verdicts_document(std::string_view suite, const std::vector<VerdictRecord>& records);
/// The same with left_over and not_asked.
Json verdicts_document(std::string_view suite, const JudgedRun& run);

/// The reverse, for a run of `suite`. Throws Error(kInvalidJson): a key missing, unknown or of
/// another type, another schema or suite, or an exit code or counts that are not those of the
/// verdicts.
JudgedRun judged_run_from_json(const Json& document, std::string_view suite,
                               std::string_view subject);

}  // namespace harness
