#include "harness/train/step_log.h"

#include "harness/train/weight_digest.h"

namespace harness {
namespace {

constexpr std::size_t kDigits = 16;

}  // namespace

void StepLog::add(const Iteration& iteration) {
  const StepRecord& step = iteration.step;
  Json line = {{"step", step.step},
               {"epoch", iteration.position.epoch},
               {"lr", iteration.lr},
               {"loss", number_or_null(step.loss)},
               {"scale", number_or_null(step.scale)},
               {"overflow", step.overflow},
               {"skipped", step.skipped},
               {"grad_norm", number_or_null(step.grad_norm)}};
  if (!iteration.digests.empty()) {
    line["digest"] = combined_digest(iteration.digests);
    for (const auto& [name, digest] : iteration.digests) {
      line["tensors"][name] = digest.substr(0, kDigits);
    }
  }
  file_.write(line.dump() + "\n");
}

}  // namespace harness
