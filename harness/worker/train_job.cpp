#include "harness/worker/train_job.h"

#include <fmt/format.h>

#include "harness/base/system/machine.h"
#include "harness/train/training_session.h"
#include "harness/worker/memory_needs.h"

namespace harness {
namespace {

TrainingRequest request_of(const TrainJob& job) {
  TrainingRequest request;
  request.row = job.row;
  request.data = job.data;
  request.checkpoint = job.checkpoint;
  request.pretrained = job.pretrained;
  request.device = job.device;
  request.precision = job.precision;
  request.seed = job.seed;
  request.iterations = job.iterations;
  request.digests = job.digests;
  request.save_seconds = job.save_seconds;
  request.key = job.key;
  request.folder = job.out / training_folder(job.precision, job.seed);
  request.on_event = send_event;
  return request;
}

}  // namespace

TrainJob train_job_from_json(const Json& value) {
  ObjectReader reader(value, "training job", "");
  TrainJob job;
  read_row_job(reader, job);
  job.pretrained = reader.required_string("pretrained");
  job.precision = reader.required_string("precision");
  job.seed = static_cast<std::uint64_t>(reader.required_integer("seed"));
  job.iterations = reader.required_integer("iterations");
  job.digests = reader.required("digests").get<bool>();
  job.save_seconds = reader.required_number("save_seconds");
  job.key = reader.required_string("key");
  reader.finish();
  return job;
}

std::string training_folder(const std::string& precision, std::uint64_t seed) {
  return fmt::format("train-{}-seed{}", precision, seed);
}

void train_job(const TrainJob& job) {
  const std::string started = utc_now();
  prepare_process(job);
  require_memory_of_training(job, job.precision);
  const TrainingOutcome outcome = TrainingSession(request_of(job)).run();
  RunResult result = new_result(job, "train", job.precision, job.key);
  result.started = started;
  result.seed = job.seed;
  result.measurements = record_to_json(outcome.record);
  result.digests["weights"] = outcome.weights;
  result.elapsed_s = outcome.record.seconds;
  write_json_file(job.out / run_result_name("train", job.precision, job.seed), to_json(result));
  send_event({{"event", "result"}, {"stage", "train"}, {"precision", job.precision}});
}

}  // namespace harness
