#include "harness/worker/row_job.h"

#include <cstdio>

#include <fmt/format.h>
#include <torch/utils.h>

#include "harness/evaluate/cpu_allocator.h"
#include "harness/evaluate/environment.h"
#include "harness/network/cuda_device.h"
#include "harness/precision/half_convolution.h"
#include "harness/precision/policy.h"
#include "models/fused_inference.h"

namespace harness {
namespace {

DataSpec data_from_json(const Json& value) {
  ObjectReader reader(value, "worker job", "data");
  DataSpec data;
  data.root = reader.required_string("root");
  data.split = reader.required_string("split");
  data.height = reader.required_integer("height");
  data.width = reader.required_integer("width");
  reader.finish();
  return data;
}

}  // namespace

std::vector<WantedResult> wanted_results(const Json& values) {
  std::vector<WantedResult> results;
  for (const auto& value : values) {
    ObjectReader reader(value, "worker job", fmt::format("results[{}]", results.size()));
    results.push_back({reader.required_string("stage"), reader.required_string("precision"),
                       reader.required_string("key")});
    reader.finish();
  }
  return results;
}

void read_row_job(ObjectReader& reader, RowJob& job) {
  job.suite = reader.required_string("suite");
  job.row = row_from_json(reader.required("row"), "worker job", "row");
  job.data = data_from_json(reader.required("data"));
  job.checkpoint = reader.required_string("checkpoint");
  job.device = reader.required_string("device");
  job.threads = reader.required_integer("threads");
  job.memory_bytes = reader.optional_integer("memory_bytes").value_or(0);
  job.out = reader.required_string("out");
  for (const auto& argument : reader.required("argv")) {
    job.argv.push_back(argument.get<std::string>());
  }
}

void prepare_process(const RowJob& job) {
  if (job.threads > 0) torch::set_num_threads(static_cast<int>(job.threads));
  register_half_convolution();
  if (job.device == "cpu") {
    reuse_cpu_memory();
    models::fuse_inference(true);
  }
  use_exact_fp32();
}

RunResult new_result(const RowJob& job, const std::string& stage, const std::string& precision,
                     const std::string& key) {
  RunResult result;
  result.suite = job.suite;
  result.row = job.row.id;
  result.stage = stage;
  result.precision = precision;
  result.device = job.device;
  result.key = key;
  result.argv = job.argv;
  result.environment = environment_record();
  // The environment of a process cannot know which device the job used.
  const auto& gpu = result.environment.gpu;
  if (job.device == "cuda" && gpu) {
    result.environment.library->convolution_kernel = fmt::format("cudnn {}", gpu->cudnn);
  }
  return result;
}

void send_event(const Json& event) {
  std::printf("%s\n", event.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
  std::fflush(stdout);
}

}  // namespace harness
