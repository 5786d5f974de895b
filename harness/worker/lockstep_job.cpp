#include "harness/worker/lockstep_job.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "harness/base/system/machine.h"
#include "harness/lockstep/lockstep.h"
#include "harness/network/cuda_device.h"
#include "harness/network/model_builder.h"
#include "harness/train/trainer.h"
#include "harness/train/training_setup.h"
#include "harness/worker/memory_needs.h"

namespace harness {
namespace {

std::vector<LockstepStep> train(const TrainJob& job, const TrainingSetup& source,
                                torch::Device device) {
  LockstepOptions options;
  options.arithmetic = source.recipe.arithmetic;
  options.recipe = source.recipe.arithmetic.sgd;
  options.losses = source.recipe.losses;
  options.device = device;
  const auto initial = initial_model(source.spec, job.seed, job.pretrained);
  Lockstep lockstep(to_options(source.spec), models::state_dict(*initial), options);
  TrainingLoader loader(find_cityscapes(job.data.root, kTrainSplit),
                        loader_options(source, job.seed));
  const bool is_asked = job.iterations > 0;
  const auto most =
      std::min(is_asked ? job.iterations
                        : kLockstepSteps + steps_to_come_down(source.recipe.arithmetic.scaler),
               source.recipe.schedule.iterations);
  std::vector<LockstepStep> series;
  std::int64_t made = 0;
  for (std::int64_t i = 0; i < most && (is_asked || made < kLockstepSteps); ++i) {
    auto batch = loader.next();
    if (!batch) break;
    series.push_back(lockstep.run(images_of(*batch, device), labels_of(*batch, device),
                                  source.recipe.schedule.at(i)));
    if (!series.back().skipped) ++made;
    send_event({{"event", "progress"},
                {"label", "lockstep-" + job.precision},
                {"done", i + 1},
                {"total", is_asked ? most : std::min(most, i + 1 + kLockstepSteps - made)},
                {"loss", number_or_null(series.back().loss.policy)},
                {"scale", number_or_null(series.back().scale)}});
  }
  return series;
}

}  // namespace

void lockstep_job(const TrainJob& job) {
  const std::string started = utc_now();
  const auto begin = std::chrono::steady_clock::now();
  const auto device = open_device(job.device);
  prepare_process(job);
  require_memory_of_lockstep(job, job.precision);
  // Each of the five would draw its own dropout.
  const TrainingSetup source =
      without_dropout(training_setup(job.row, job.checkpoint, policy_of_precision(job.precision)));
  LockstepRecord record;
  record.policy = to_string(source.recipe.arithmetic.policy);
  record.scaler = to_string(source.recipe.arithmetic.scaler.type);
  record.digits = significant_digits(source.recipe.arithmetic.policy);
  record.batch = source.recipe.batch;
  record.departures = source.recipe.departures;
  record.series = train(job, source, device);
  record.steps = std::ssize(record.series);
  RunResult result = new_result(job, "lockstep", job.precision, job.key);
  result.started = started;
  result.seed = job.seed;
  result.measurements = record_to_json(record);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  result.elapsed_s = elapsed.count();
  write_json_file(job.out / run_result_name("lockstep", job.precision, job.seed), to_json(result));
  send_event({{"event", "result"}, {"stage", "lockstep"}, {"precision", job.precision}});
}

}  // namespace harness
