#include "harness/worker/memory_needs.h"

#include <algorithm>
#include <map>

#include "harness/base/error.h"
#include "harness/base/system/available_memory.h"
#include "harness/lockstep/lockstep.h"
#include "harness/memory/memory_estimate.h"
#include "harness/precision/policy.h"
#include "harness/table/model_cost.h"
#include "harness/table/published_step.h"
#include "harness/train/training_setup.h"

namespace harness {
namespace {

std::int64_t allowed_bytes(const RowJob& job) {
  const std::int64_t free = available_memory_bytes();
  return job.memory_bytes > 0 ? std::min(job.memory_bytes, free) : free;
}

TrainingSetup setup_of(const RowJob& job, const std::string& precision) {
  return training_setup(job.row, job.checkpoint, policy_of_precision(precision));
}

void require_memory_of_steps(const RowJob& job, const TrainingSetup& setup, std::int64_t batch) {
  require_memory("already the estimate of a training step", estimation_memory(setup, batch),
                 allowed_bytes(job));
  require_memory("a training step", estimate_step_memory(setup, batch).sum(), allowed_bytes(job));
}

std::int64_t recipe_batch(const TrainingSetup& setup) {
  return static_cast<std::int64_t>(setup.recipe.batch);
}

/// Of a small step, which is not estimated by running one: what batch norm reads and what it makes
/// of it, and the loss with its gradient.
std::int64_t activations_in_fp64(const TrainingSetup& setup) {
  const auto& crop = setup.recipe.pipeline.crop;
  const KeptElements kept = kept_elements(setup.spec, crop.height, crop.width);
  return 8 * 2 * recipe_batch(setup) * (kept.normalized + kept.loss);
}

}  // namespace

std::int64_t estimate_lockstep_memory(const RowJob& job) {
  const TrainingSetup exact = setup_of(job, "fp64");
  const std::int64_t activations = estimate_step_memory(exact, recipe_batch(exact)).activations;
  return lockstep_bytes(parameter_count(exact.spec)) +
         (activations > 0 ? activations : activations_in_fp64(exact));
}

void require_memory_of_step(const RowJob& job, const std::string& precision) {
  if (job.device != "cpu") return;
  require_memory_of_steps(job, training_setup(job.row, {}, policy_of_precision(precision)),
                          published_batch(job.row));
}

void require_memory_of_training(const RowJob& job, const std::string& precision) {
  if (job.device != "cpu") return;
  const TrainingSetup setup = setup_of(job, precision);
  require_memory_of_steps(job, setup, recipe_batch(setup));
}

void require_memory_of_lockstep(const RowJob& job, const std::string& /*precision*/) {
  if (job.device != "cpu") return;
  const TrainingSetup exact = setup_of(job, "fp64");
  require_memory("already the estimate of a lockstep",
                 estimation_memory(exact, recipe_batch(exact)), allowed_bytes(job));
  // What is kept of released memory (reuse_cpu_memory), and LibTorch itself.
  constexpr std::int64_t kLibraries = std::int64_t{1} << 29;
  const std::int64_t tensors = estimate_lockstep_memory(job);
  require_memory("a lockstep", tensors + tensors / 8 + kLibraries, allowed_bytes(job));
}

void foresee_memory(const DrawnJob& job) {
  static const std::map<std::string, void (*)(const RowJob&, const std::string&)> needs = {
      {"memory", require_memory_of_step},
      {"train", require_memory_of_training},
      {"lockstep", require_memory_of_lockstep}};
  prepare_process(job);
  for (const auto& wanted : job.results) {
    std::string reason;
    try {
      needs.at(wanted.stage)(job, wanted.precision);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kUnavailable) throw;
      reason = error.detail();
    }
    send_event({{"event", "foreseen"},
                {"stage", wanted.stage},
                {"precision", wanted.precision},
                {"reason", reason}});
  }
}

}  // namespace harness
