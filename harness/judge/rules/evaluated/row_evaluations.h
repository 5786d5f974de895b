#pragma once

#include <string_view>

#include "harness/judge/evidence.h"
#include "harness/record/evaluation_record.h"

namespace harness {

/// The row's evaluation in this stage and precision. It is a failure unless the file that was
/// evaluated is the one that was examined (by its sha256), the images are all of the suite's
/// (other_data), the network that ran is the row's (other_network), and no other evaluation or
/// comparison of the row that can be read contradicts it (evaluation_agreement.h). One of two that
/// contradict each other is wrong, and nothing says which.
RecordEvidence<EvaluationRecord> find_evaluation(const ClaimContext& context,
                                                 std::string_view stage,
                                                 std::string_view precision);

/// The row's comparison of this precision with FP32. It rests on both evaluations, so that without
/// one of them it is a failure, as it is where it does not have the predictions of the one in this
/// precision, where both have the same predictions and yet pixels changed, where more or fewer
/// pixels changed than both confusion matrices allow, where predictions have no sha256 to compare
/// (that of FP32's stands in its evaluation alone, so that another valid one is not seen), where
/// logits of FP32 are not finite, and where FP32's distance from FP64 is not FP32's
/// (reference_defect).
RecordEvidence<ParityRecord> find_comparison(const ClaimContext& context,
                                             std::string_view precision);

}  // namespace harness
