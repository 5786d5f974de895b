#pragma once

#include <string>

#include "harness/record/evaluation_record.h"

namespace harness {

/// What in the record cannot be together, in words, or "": a number that was changed, or counted
/// wrongly, contradicts what it was computed from.
///
/// Metrics are computed again from the confusion matrix, as mmseg 0.17.0 does
/// (mmseg/core/evaluation/metrics.py, total_area_to_metrics). Counts are of what was counted, the
/// share of a count is not more than the whole, times are in order. Activations are those of
/// kCensusImages, and at most half of them are 0.
std::string inconsistency(const EvaluationRecord& record);

/// The same for a comparison, whose metrics follow from the counts of its images. The unions of all
/// classes hold each counted pixel twice, less those that both sides have in common; as many pixels
/// as changed class can at most be won or lost, by all classes of all images together, and what is
/// right in both did not change. Logits are those of kYardstickImages, or of none.
std::string inconsistency(const ParityRecord& record);

}  // namespace harness
