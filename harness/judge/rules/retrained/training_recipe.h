#pragma once

#include <set>
#include <string>

#include "harness/judge/finding.h"
#include "harness/judge/rules/retrained/expected_training.h"
#include "harness/record/run_result.h"
#include "harness/record/training_record.h"

namespace harness {

/// Why a training is not the one that the job asked for, "" when it is:
/// - it was asked for the iterations of --iters, else for the whole schedule;
/// - it says which library and, on cuda, which GPU computed it, and FP32 was not rounded to TF32;
/// - its first step, of which its census is, ran every convolution and batch norm of the row's
///   checkpoint once forward and every convolution once backward, in the type of its policy, and
///   every batch norm once backward, without autocast in the types of its forward; it resized the
///   logits of each loss, and counts nothing that the worker does not (train/operator_census.h);
/// - gradients were looked at of all parameters or of none;
/// - its first loss is one of a drawn network (ExpectedTraining::can_begin_with());
/// - its peak of memory has room for weights, gradients and, where there are some, masters of all
///   parameters with their gradients.
std::string other_training(const RunResult& result, const TrainingRecord& record,
                           const ExpectedTraining& expected);

/// Why the row's trainings in these precisions are not of one setting (other_setting()), "" when
/// they are: what they are judged by together may come from several hosts and cards of one kind.
std::string mixed_settings(const ClaimContext& context, const std::set<std::string>& precisions);

/// Why trainings in half and in FP32 do not differ in their arithmetic alone, "" when they do: by
/// schedule, batch or what the suite decided against the config, or because they are one training:
/// no two arithmetics give the same losses.
std::string other_than_arithmetic(const TrainingRecord& half, const TrainingRecord& single);

/// All losses of both are the same.
bool has_losses_of(const TrainingRecord& one, const TrainingRecord& other);

}  // namespace harness
