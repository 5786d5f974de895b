#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/judge/finding.h"
#include "harness/record/training_record.h"

namespace harness {

/// One training that the job asked for.
struct Training {
  std::int64_t seed = 0;
  RunStatus status = RunStatus::kOk;
  std::string reason;     ///< Why there is no record: it died, hung, was left out, is unreadable.
  TrainingRecord record;  ///< Only with status kOk.
  std::string weights;    ///< Digest of all that was trained; only with status kOk.
};

/// Which trainings a claim can be judged by.
enum class Schedule {
  kAny,    ///< Also those that --iters cut short.
  kWhole,  ///< Only those that completed the recipe's schedule.
};

/// The seeds of two trainings with the same weights, in words; "" when all differ.
std::string repeated_weights(const std::vector<Training>& trainings);

/// Finished trainings in one precision by their seed. Never empty when passed to a rule.
using TrainingRecords = std::map<std::int64_t, TrainingRecord>;

/// Every training of the row in this precision that the job asked for, finished or not, in the
/// order of the results. One that stopped before the iterations it was asked for, that is of
/// another recipe than the row's (training_recipe.h), or whose record cannot be read, is of status
/// kError.
std::vector<Training> read_trainings(const ClaimContext& context, const std::string& precision);

/// Why claims over these trainings cannot be judged; nullopt when all of them count.
/// - FAIL as soon as one failed, with the counts and each seed's reason. What a training that died
///   would have shown is not known, and the others are a selection.
/// - SKIPPED when all of them were skipped, for lack of what the reason names.
/// - kWhole: SKIPPED when all were cut short of their schedule, FAIL when only some were.
/// - FAIL when one trained no step, or when they differ in schedule, batch or scaler.
/// - FAIL when two ended with the same weights, or have the same losses: that is one training,
///   counted twice.
/// - kWhole: FAIL when one diverged or skipped every step: its mIoU is that of nothing learnt.
/// trainings: not empty. precision: for the text.
std::optional<Finding> account_for(const std::vector<Training>& trainings,
                                   const std::string& precision, Schedule schedule);

/// Judges by all trainings that were asked for, or says why that is impossible: they fail, too,
/// where they are not of one setting (mixed_settings()).
Finding judge_trainings(const ClaimContext& context, const std::string& precision,
                        Schedule schedule,
                        const std::function<Finding(const TrainingRecords&)>& rule);

/// The same for rules that compare half precision with FP32, whose trainings may differ in nothing
/// else (other_than_arithmetic()). The finding's precision is `precision`.
Finding judge_both_trainings(
    const ClaimContext& context, const std::string& precision, Schedule schedule,
    const std::function<Finding(const TrainingRecords& half, const TrainingRecords& single)>& rule);

/// Every step so far overflowed, and every overflow lowered a dynamic scale that can fall further:
/// where such a training is cut short it has shown nothing yet, neither for it nor against it.
bool is_coming_down(const TrainingRecord& record);

/// Why a training learnt nothing: "every step was skipped" (but see is_coming_down()), "3 weights
/// of the trained model not finite", most of its steps were skipped by a scale that never moves, no
/// gradient that was looked at is above 0 (in FP16: normal), or after a whole schedule of 100
/// steps or more its loss is no smaller than at first; "" when none is so.
std::string ruin_of(const TrainingRecord& record);

/// A failure that names the seeds whose training ended without a finite mIoU; nullopt when all have
/// one.
std::optional<Finding> missing_miou(const TrainingRecords& records);

/// Something was measured, but too little to decide.
Finding ambiguous(Json measured, std::string reason);

/// What the suite's recipe says of this; null where it leaves it to the config.
Json recipe_value(const Row& row, const char* key);

/// Why a training by this scaler in such batches is not of the row's recipe, "" when it is.
std::string other_recipe(const std::string& scaler, std::int64_t batch,
                         const std::string& precision, const Row& row);

/// "; with lr 0.05 for the config's 0.01": what a training did otherwise than the config, or "".
std::string departures_text(const std::vector<std::string>& departures);

/// "seed 3".
std::string seed_text(std::int64_t seed);

}  // namespace harness
