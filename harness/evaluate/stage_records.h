#pragma once

#include <cstddef>

#include "harness/evaluate/evaluator.h"
#include "harness/record/evaluation_record.h"

namespace harness {

/// Measurements of the stages evaluate and evaluate_ms_flip for one forward, as far as an evaluator
/// knows them: without EvaluationRecord::forward.
EvaluationRecord evaluation_record(const EvaluationResult& result, std::size_t forward,
                                   Protocol protocol);

/// Measurements of the stage parity: a forward compared with the first one on the same images.
/// Throws c10::Error when `forward` is the first.
ParityRecord parity_record(const EvaluationResult& result, std::size_t forward);

}  // namespace harness
