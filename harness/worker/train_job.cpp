#include "harness/worker/train_job.h"

#include "harness/train/training_session.h"

namespace harness {

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
  return "train-" + precision + "-seed" + std::to_string(seed);
}

void train_job(const TrainJob& job) {
  TrainingSession(job).run();
}

}  // namespace harness
