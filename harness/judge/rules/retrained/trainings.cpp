#include "harness/judge/rules/retrained/trainings.h"

#include <cmath>

#include "harness/base/measurement.h"
#include "harness/judge/evidence.h"

namespace harness {
namespace {

bool is_whole(const RunResult& result) {
  const auto done = count_at(result.measurements, {"iterations"});
  return done && done == count_at(result.measurements, {"scheduled_iterations"});
}

}  // namespace

Trainings find_trainings(const ClaimContext& context, const std::string& precision, bool whole) {
  Trainings trainings;
  std::int64_t cut = 0;
  for (const auto& result : context.results) {
    const bool fits = result.row == context.row.id && result.stage == "train" &&
                      result.precision == precision && result.status == RunStatus::kOk;
    if (!fits) continue;
    if (whole && !is_whole(result)) {
      ++cut;
      continue;
    }
    trainings.by_seed[result.seed.value_or(0)] = &result;
  }
  if (!trainings.by_seed.empty()) return trainings;
  if (cut > 0) {
    trainings.absence = skipped("the training was cut short of its schedule (--iters)");
    return trainings;
  }
  const auto evidence = find_result(context, "train", precision);
  trainings.absence = evidence.absence ? *evidence.absence : missing("no training was finished");
  return trainings;
}

double miou_of(const RunResult& training) {
  return number_at(training.measurements, {"miou"}).value_or(std::nan(""));
}

Finding ambiguous(Json measured, std::string reason) {
  Finding finding = compared(true, std::move(measured), std::move(reason));
  finding.verdict = Verdict::kAmbiguous;
  return finding;
}

}  // namespace harness
