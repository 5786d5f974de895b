#pragma once

#include <string>

#include "harness/base/error.h"
#include "harness/judge/counts.h"
#include "harness/judge/hardware.h"
#include "harness/record/evaluation_record.h"
#include "harness/record/examine_record.h"
#include "harness/record/fields.h"
#include "harness/record/lockstep_record.h"
#include "harness/record/memory_record.h"
#include "harness/record/run_result.h"
#include "harness/record/speed_record.h"
#include "harness/record/training_record.h"

namespace harness {

/// Why a stage cannot have measured this in the arithmetic that its result is stored for, or why
/// the record contradicts itself (*_consistency.h); "" when neither is so. A result's name says
/// what was asked for; its record says what was done.
std::string contradiction(const RunResult& result, const TrainingRecord& record);
std::string contradiction(const RunResult& result, const LockstepRecord& record);
std::string contradiction(const RunResult& result, const MemoryRecord& record);
std::string contradiction(const RunResult& result, const EvaluationRecord& record);
std::string contradiction(const RunResult& result, const ParityRecord& record);
std::string contradiction(const RunResult& result, const ExamineRecord& record);
std::string contradiction(const RunResult& result, const SpeedRecord& record);

/// Records in which nothing is said twice.
template <typename R>
std::string contradiction(const RunResult& /*result*/, const R& /*record*/) {
  return "";
}

/// The measurements of a result, which is of status ok. Throws Error(kInvalidJson) where they
/// cannot be read (measurements_of) or contradict the result, where the result says why it is none,
/// or where a GPU computed it that nobody names, or otherwise than every worker has it compute
/// (other_switches()).
template <Record R>
R consistent_measurements(const RunResult& result) {
  R record = measurements_of<R>(result);
  const std::string why = result.reason.empty()
                              ? first_of({other_switches(result), contradiction(result, record)})
                              : "it is one, and " + result.reason;
  if (why.empty()) return record;
  throw Error(ErrorCode::kInvalidJson, run_result_name(result.stage, result.precision, result.seed),
              "it contradicts itself: " + why);
}

}  // namespace harness
