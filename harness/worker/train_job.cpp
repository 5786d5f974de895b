#include "harness/worker/train_job.h"

#include "harness/worker/job.h"
#include "harness/worker/training_session.h"

namespace harness {

TrainJob train_job_from_json(const Json& value) {
  ObjectReader reader(value, "training job", "");
  TrainJob job;
  job.suite = reader.required_string("suite");
  job.row = row_from_json(reader.required("row"), "training job", "row");
  job.data = data_from_json(reader.required("data"), "training job");
  job.checkpoint = reader.required_string("checkpoint");
  job.pretrained = reader.required_string("pretrained");
  job.precision = reader.required_string("precision");
  job.seed = static_cast<std::uint64_t>(reader.required_integer("seed"));
  job.iterations = reader.required_integer("iterations");
  job.digests = reader.required("digests").get<bool>();
  job.save_seconds = reader.required_number("save_seconds");
  job.device = reader.required_string("device");
  job.threads = reader.required_integer("threads");
  job.key = reader.required_string("key");
  job.out = reader.required_string("out");
  for (const auto& argument : reader.required("argv")) {
    job.argv.push_back(argument.get<std::string>());
  }
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
