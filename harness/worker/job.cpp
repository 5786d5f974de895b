#include "harness/worker/job.h"

#include <cstdio>

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

DataSpec data_from_json(const Json& value, std::string_view subject) {
  ObjectReader reader(value, std::string(subject), "data");
  DataSpec data;
  data.root = reader.required_string("root");
  data.split = reader.required_string("split");
  data.height = reader.required_integer("height");
  data.width = reader.required_integer("width");
  reader.finish();
  return data;
}

Job job_from_json(const Json& value) {
  ObjectReader reader(value, kSubject, "");
  Job job;
  job.suite = reader.required_string("suite");
  job.row = row_from_json(reader.required("row"), kSubject, "row");
  job.data = data_from_json(reader.required("data"), kSubject);
  job.checkpoint = reader.required_string("checkpoint");
  job.checkpoint_sha256 = reader.required_string("checkpoint_sha256");
  job.device = reader.required_string("device");
  job.threads = reader.required_integer("threads");
  job.results = wanted_from_json(reader.required("results"));
  job.out = reader.required_string("out");
  for (const auto& argument : reader.required("argv"))
    job.argv.push_back(argument.get<std::string>());
  reader.finish();
  return job;
}

void send_event(const Json& event) {
  std::printf("%s\n", event.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
  std::fflush(stdout);
}

}  // namespace harness
