#include "harness/worker/job.h"

namespace harness {
namespace {

constexpr const char* kSubject = "worker job";

std::vector<Job::Wanted> wanted_from_json(const Json& values) {
  std::vector<Job::Wanted> results;
  for (const auto& value : values) {
    ObjectReader reader(value, kSubject, "results[" + std::to_string(results.size()) + "]");
    results.push_back({reader.required_string("stage"), reader.required_string("precision"),
                       reader.required_string("key")});
    reader.finish();
  }
  return results;
}

}  // namespace

Job job_from_json(const Json& value) {
  ObjectReader reader(value, kSubject, "");
  Job job;
  read_row_job(reader, job);
  job.checkpoint_sha256 = reader.required_string("checkpoint_sha256");
  job.results = wanted_from_json(reader.required("results"));
  reader.finish();
  return job;
}

}  // namespace harness
