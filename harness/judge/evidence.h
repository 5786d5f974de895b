#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/base/error.h"
#include "harness/judge/consistency.h"
#include "harness/judge/finding.h"
#include "harness/judge/record_cache.h"
#include "harness/record/fields.h"

namespace harness {

/// A result to judge by, or why there is none.
///
/// A stage that was asked for and has no result, or whose worker failed, is a failure; a stage that
/// was not asked for, or that the machine could not run, is a skip.
struct ResultEvidence {
  const RunResult* result = nullptr;  ///< Null when `absence` says why; its status is never error.
  std::optional<Finding> absence;
};
ResultEvidence find_result(const ClaimContext& context, std::string_view stage,
                           std::string_view precision);

/// The same for a given result, for example that of one seed among several.
ResultEvidence use_result(const RunResult& result);

/// The failure of a result whose measurements cannot be read.
Finding unreadable(const RunResult& result, const Error& error);

/// A stage's measurements, read as the record that the stage writes.
///
/// Absent for the same reason where find_result() finds no result. Measurements that cannot be read
/// strictly (fields.h) are a failure that names the key's path, and those of another arithmetic
/// (consistency.h) are a failure too.
template <Record R>
struct RecordEvidence {
  const RunResult* result = nullptr;
  std::optional<R> record;
  std::optional<Finding> absence;  ///< Set exactly when `record` is not.
};

/// consistent_measurements(), read once for all claims.
template <Record R>
R consistent_record(const ClaimContext& context, const RunResult& result) {
  if (context.cache == nullptr) return consistent_measurements<R>(result);
  return context.cache->consistent<R>(result);
}

template <Record R>
RecordEvidence<R> read_record(const ClaimContext& context, const ResultEvidence& evidence) {
  if (evidence.absence) return {nullptr, std::nullopt, evidence.absence};
  try {
    return {evidence.result, consistent_record<R>(context, *evidence.result), std::nullopt};
  } catch (const Error& error) {
    return {nullptr, std::nullopt, unreadable(*evidence.result, error)};
  }
}

template <Record R>
RecordEvidence<R> find_record(const ClaimContext& context, std::string_view stage,
                              std::string_view precision) {
  return read_record<R>(context, find_result(context, stage, precision));
}

/// The precision that the row's numbers were published for: that of its policy.
std::string row_precision(const Row& row);

/// The precision of claims about half precision itself (range, parity): the row's own where it
/// computes in half, else "fp16".
std::string half_precision(const Row& row);

}  // namespace harness
