#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/base/error.h"
#include "harness/judge/finding.h"
#include "harness/record/fields.h"

namespace harness {

/// A result to judge by, or why there is none.
///
/// A stage that was asked for and has no result, or whose worker failed, is a failure; a stage that
/// was not asked for, or that the machine could not run, is a skip.
struct ResultEvidence {
  const RunResult* result = nullptr;  ///< Null when `absence` says why; never of status error.
  std::optional<Finding> absence;
};
ResultEvidence find_result(const ClaimContext& context, std::string_view stage,
                           std::string_view precision);

/// The same for a result that is at hand, of one seed among several for example.
ResultEvidence use_result(const RunResult& result);

/// The failure that a result's measurements cannot be read.
Finding unreadable(const RunResult& result, const Error& error);

/// A stage's measurements, read as the record that the stage writes.
///
/// What find_result() gives no result for is absent for the same reason. Measurements that cannot
/// be read strictly (fields.h) are a failure that names the key's path.
template <Record R>
struct RecordEvidence {
  const RunResult* result = nullptr;
  std::optional<R> record;
  std::optional<Finding> absence;  ///< Set exactly when `record` is not.
};

template <Record R>
RecordEvidence<R> read_record(const ResultEvidence& evidence) {
  if (evidence.absence) return {nullptr, std::nullopt, evidence.absence};
  try {
    return {evidence.result, measurements_of<R>(*evidence.result), std::nullopt};
  } catch (const Error& error) {
    return {nullptr, std::nullopt, unreadable(*evidence.result, error)};
  }
}

template <Record R>
RecordEvidence<R> find_record(const ClaimContext& context, std::string_view stage,
                              std::string_view precision) {
  return read_record<R>(find_result(context, stage, precision));
}

/// What the stage verify recorded of one published file ("checkpoint" or "log").
///
/// A file that the source does not publish is NOT_VERIFIABLE, one that could not be reached is a
/// skip for want of a network, one that is missing, damaged or of another digest is a failure.
struct FileEvidence {
  const Json* record = nullptr;    ///< What was found out, even where `absence` is set.
  std::optional<Finding> absence;  ///< The file as a whole cannot be judged.
};
FileEvidence find_file(const ClaimContext& context, std::string_view which);

/// The arithmetic that the row's numbers were measured in: of the policy fp16-master "fp16", of
/// fp16-amp and bf16-amp themselves, else "fp32".
std::string row_precision(const Row& row);

/// The half-precision arithmetic of claims on FP16 itself (range, parity): that of the row, "fp16"
/// where the row's is fp32.
std::string half_precision(const Row& row);

}  // namespace harness
