#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/record/run_result.h"
#include "harness/record/verdict.h"
#include "harness/table/suite.h"

namespace harness {

class RecordCache;  // harness/judge/record_cache.h

/// First words of RunResult::reason of a skipped result, by the resource that was missing:
/// "no gpu: no CUDA device is visible". `--require gpu` turns such a skip into a failure.
inline constexpr std::string_view kNoGpu = "no gpu";
inline constexpr std::string_view kNoData = "no data";
inline constexpr std::string_view kNoNetwork = "no network";
inline constexpr std::string_view kNoMemory = "no memory";
inline constexpr std::string_view kNoWorker = "no worker";

/// First words of the reason of a claim whose stage the job does not have; the stage follows.
inline constexpr std::string_view kNotAskedFor = "the job was not asked for ";

/// What the job that produced the results was asked to do (run.json).
struct JobScope {
  /// Stages asked for. "evaluate" includes evaluate_ms_flip and parity. Empty: all.
  std::vector<std::string> stages;
  std::vector<std::string> precisions;  ///< Arithmetics asked for. Empty: those of the rows.
  std::vector<std::string> require;     ///< Resources ("gpu", "data", ...) that are required.
  DataSpec data = {};                   ///< The images that are to be evaluated.
  /// When the job began, "2026-11-27T13:19:28Z": on that day, and not on the day of judging, a
  /// failure is still expected or is not. "" where nobody knows: none with an end is.
  std::string started = {};

  bool asks_for_stage(std::string_view stage) const;
  bool asks_for_precision(std::string_view precision) const;
};

/// What a rule found about a claim, before exceptions that the suite or the job makes.
struct Finding {
  Verdict verdict = Verdict::kFail;
  std::string reason;
  Json measured;
  std::string precision;  ///< "" where no arithmetic was run.
  Json tolerance;
  /// Something was measured and compared. Only then can an expected failure excuse a miss.
  bool compared = false;
  std::string resource;  ///< What a skip lacked, as missing_resource() names it, or "".
};

/// Everything that a rule may read. Results of other rows are never read.
struct ClaimContext {
  const Row& row;
  const Claim& claim;
  const std::vector<RunResult>& results;
  const JobScope& scope;
  RecordCache* cache = nullptr;  ///< What was read of `results` for other claims.
};

/// A rule is a pure function from the context to a finding; it does not throw, whatever results and
/// suite contain.
using ClaimRule = Finding (*)(const ClaimContext&);

/// Nothing could be compared, and that is a failure.
Finding fail_unmeasured(std::string reason);
Finding skipped(std::string reason, std::string resource = "");
Finding not_verifiable(std::string reason);

/// Measured and compared: PASS or FAIL.
Finding pass_or_fail(bool pass, Json measured, std::string reason);

/// The same finding with its number, where that is finite.
Finding with_measured(Finding finding, double measured);

/// The same finding with its precision set.
Finding in_precision(Finding finding, std::string precision);

/// "gpu", "data", "network", "memory", "worker" when `reason` starts with the words for it, else
/// "".
std::string missing_resource(std::string_view reason);

}  // namespace harness
