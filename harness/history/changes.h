#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/json.h"
#include "harness/history/history.h"

namespace harness {

/// A part of the run that has another value than before; "" where it was, or is, not known.
struct MovedPart {
  std::string name;
  std::string before;
  std::string now;
};

/// A claim whose verdict is another than before.
struct FlippedVerdict {
  ClaimKey claim;
  Verdict before = Verdict::kFail;
  Verdict now = Verdict::kFail;
  std::string reason_before;
  std::string reason;
};

/// A number beyond the noise of the measurements before it.
struct MovedNumber {
  ClaimKey claim;
  std::string unit;
  double before = 0.0;  ///< The level before.
  double now = 0.0;
  double allowed = 0.0;  ///< What noise explains.
  RunHeader since;       ///< The first run in which it was there: this one, or an earlier one.
};

/// What is different in a run from the one before it, in the order in which it is told.
struct Changes {
  RunHeader before;
  RunHeader now;
  std::vector<MovedPart> parts;
  std::vector<FlippedVerdict> flips;
  std::vector<FailedExecution> failed;  ///< That failed now, and not before.
  std::vector<FailedExecution> mended;  ///< That failed before, and not now.
  std::vector<std::string> rows_gained;
  std::vector<std::string> rows_lost;
  std::vector<ClaimKey> claims_gained;  ///< Of rows that both have.
  std::vector<ClaimKey> claims_lost;
  std::vector<MovedNumber> numbers;  ///< That moved in this run.
  std::vector<MovedNumber> stayed;   ///< That moved in an earlier run and are not back.
  std::size_t verdicts = 0;          ///< All of the run.
  std::size_t measured = 0;          ///< Numbers that were measured anew and have been before.
  std::size_t unknown = 0;           ///< Of these, those whose noise is not known yet.
};

/// Whether nothing is different, but for the commit.
bool is_quiet(const Changes& changes);

/// Compares two runs of the history. Numbers are compared with all measurements of the claim on the
/// same hardware before `now`. Throws as History does.
Changes changes_between(const History& history, std::int64_t before, std::int64_t now);

/// A run, and the one that it is compared with, if there is one.
using RunPair = std::pair<std::optional<RunHeader>, RunHeader>;

/// What a run is compared with: the last one before it of the same suite, hardware and command; of
/// a new command, the last one of the same suite, hardware, setting and stages that shares a row
/// with it. Nothing where there is none.
std::optional<RunHeader> run_before(const History& history, const RunHeader& run);

/// The runs of the last night: those that began within the 24 hours before the newest of all.
struct LastNight {
  /// The last run of each command (RunHeader::command) of each suite on each hardware, with
  /// run_before() it.
  std::vector<RunPair> pairs;
  /// The last run of each command that was run in the night before, and not in this one.
  std::vector<RunHeader> missing;
};

LastNight last_night(const History& history);

/// The fields of Changes, as in `halfproof history changes --json`.
Json to_json(const Changes& changes);

}  // namespace harness
