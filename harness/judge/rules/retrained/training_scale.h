#pragma once

#include <optional>

#include "harness/arithmetic/scaler.h"
#include "harness/judge/rules/retrained/trainings.h"

namespace harness {

/// What the suite says about the loss scale.
struct ExpectedScaling {
  std::optional<double> value;          ///< The claim's number; nullopt where none is published.
  std::optional<ScalerOptions> scaler;  ///< The row's scaler.
  std::optional<Tolerance> tolerance;   ///< For the share of skipped steps.
};

/// Did every training use the scaler that the row states, with a scale that equals the published
/// number, as the scaler holds it, in every step (static and pinned scalers) or in the first step
/// (dynamic ones), and did the scale do what it is for? FAIL where scaled gradients overflow in
/// every step under a scale that stands, and where more of those that are not 0 are subnormal in
/// half than normal; AMBIGUOUS where nobody looked at a gradient. The reason
/// gives the number of skipped steps, the range of a dynamic scale, and the share of gradients that
/// were 0 or subnormal in half.
Finding retrained_loss_scale(const TrainingRecords& trainings, const ExpectedScaling& expected);

/// For a dynamic scaler: was the scale of every step the one that its rules give for the recorded
/// overflows (scale_replay.h), and did the training end with a finite scale above 0 that works?
/// FAIL when more than the last step were skipped at the end of a whole training; AMBIGUOUS when
/// one that was cut short was still backing off.
Finding retrained_recovery(const TrainingRecords& trainings, const ExpectedScaling& expected);

/// For a dynamic scaler: is the share of skipped steps, 0 to 1, within the tolerance in every
/// training? `measured` is the largest.
Finding retrained_skips(const TrainingRecords& trainings, const ExpectedScaling& expected);

/// `retrain.loss_scale`.
Finding judge_retrained_loss_scale(const ClaimContext& context);

/// `retrain.loss_scale.recovers`.
Finding judge_retrained_recovery(const ClaimContext& context);

/// `retrain.skipped`, by whole trainings: at the start of one all steps may be skipped.
Finding judge_retrained_skips(const ClaimContext& context);

}  // namespace harness
