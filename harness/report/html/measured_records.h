#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "harness/record/run_result.h"

namespace harness {

/// A result with its measurements.
template <Record R>
struct MeasuredRecord {
  const RunResult* result = nullptr;
  R record;

  /// "fp16", "fp16, seed 3".
  std::string name() const {
    const std::string precision = result->precision;
    return result->seed ? precision + ", seed " + std::to_string(*result->seed) : precision;
  }
};

/// Those of a stage that ended well, in order. Measurements that cannot be read are left out: the
/// claims on them have failed and say why.
template <Record R>
std::vector<MeasuredRecord<R>> measured_records(const std::vector<RunResult>& results,
                                                std::string_view stage) {
  std::vector<MeasuredRecord<R>> records;
  for (const auto& result : results) {
    if (result.stage != stage || result.status != RunStatus::kOk) continue;
    try {
      records.push_back({&result, measurements_of<R>(result)});
    } catch (const Error&) {
      continue;
    }
  }
  return records;
}

}  // namespace harness
