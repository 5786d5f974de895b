#pragma once

#include <cstddef>

#include "harness/base/json.h"
#include "harness/evaluate/evaluator.h"

namespace harness {

/// Measurements of the stages evaluate and evaluate_ms_flip (docs/formats.md) for one forward, as
/// far as an evaluator knows them: without "census", "peak_bytes" and most of "forward".
Json evaluation_record(const EvaluationResult& result, std::size_t forward);

/// Measurements of the stage parity: a forward against the first one, on the same images.
/// "pixels" and "changed_pixels" are counted ones. Throws c10::Error when `forward` is the first.
Json parity_record(const EvaluationResult& result, std::size_t forward);

/// {"median", "min", "max", "images", "warmup"} of the timed images, seconds; null where none was.
Json seconds_record(const ForwardResult& forward);

}  // namespace harness
