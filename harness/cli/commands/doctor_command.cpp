#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/measurement.h"
#include "harness/base/system/machine.h"
#include "harness/cli/command.h"
#include "harness/cli/gpu_probe.h"
#include "harness/cli/options.h"
#include "harness/cli/run_directory.h"
#include "harness/cli/stages/examine_stage.h"
#include "harness/cli/worker_process.h"
#include "harness/fetch/store.h"
#include "harness/record/environment.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::minutes kPatience{2};  // A driver that hangs must not hang us.

struct Options {
  fs::path suite;
  fs::path data;
  bool json = false;
};

/// What LibTorch sees, as the worker reports it: this program never loads LibTorch.
Json ask_worker() {
  Json record = {{"absent", "the worker said nothing"}};
  const fs::path program = program_folder() / "halfproof-worker";
  if (!fs::exists(program)) return {{"absent", "expected halfproof-worker beside halfproof"}};
  try {
    const WorkerCommand command{program, {"doctor"}, Json::object(), {kPatience}};
    const WorkerEnd end = run_worker(
        command, [&record](const Json& event) { record = event; }, [] { return false; });
    if (!end.ok) record = {{"absent", "the worker failed: " + end.reason}};
  } catch (const Error& error) {
    record = {{"absent", error.detail()}};
  }
  return record;
}

std::string yes_or_why(bool yes, const std::string& why) {
  return yes ? "yes" : "no: " + why;
}

/// What the driver and what LibTorch say: either alone may mislead.
std::string why_no_gpu(const Json& worker, const Json& gpus) {
  const std::string driver = gpus.value("absent", "the NVIDIA driver shows a GPU");
  const std::string absent = worker.value("absent", "");
  return fmt::format("{}; {}", driver,
                     absent.empty() ? text_at(worker, {"cuda", "reason"}) : absent);
}

Json abilities(const Json& worker, const Json& gpus) {
  const std::string why = worker.value("absent", "");
  EnvironmentRecord seen;
  if (why.empty()) {
    seen = record_from_json<EnvironmentRecord>(worker.at("environment"), "the worker's answer",
                                               "environment");
  }
  const bool tensors = seen.library.has_value();
  const bool gpu = why.empty() && seen.gpu.has_value() && worker.at("cuda").at("usable");
  return {{"files and logs", "yes"},
          {"evaluation in FP32 and FP64", yes_or_why(tensors, why)},
          {"evaluation in FP16",
           tensors ? "yes, half convolutions on the CPU by: " + seen.library->convolution_kernel
                   : "no: " + why},
          {"--device cuda", yes_or_why(gpu, why_no_gpu(worker, gpus))},
          {"published fps and memory", "only on the hardware they were published for"}};
}

Json suite_record(const Options& options) {
  const Suite suite = read_suite(options.suite);
  const fs::path root = options.data.empty() ? suite.folder / suite.data.root : options.data;
  const bool data = !data_fingerprint(root, suite.data.split).empty();
  Json files = Json::object();
  for (const auto& row : suite.rows) {
    StoreOptions store;
    store.lock = lock_file_of(suite);
    store.offline = true;
    try {
      const StoredFile file = obtain(absolute_location(suite, row.checkpoint), store);
      check_locked(file);
      files[row.id] = fmt::format("at hand, trust: {}", to_string(file.trust));
    } catch (const Error& error) {
      files[row.id] = "missing: " + error.detail();
    }
  }
  return {
      {"name", suite.name},
      {"data", data ? "at hand" : "missing: evaluated claims would be skipped; give --data DIR"},
      {"checkpoints", files}};
}

/// One line for each value; a nested value is named by its path: "tf32.cublas".
void print_values(const Json& object, const std::string& prefix = "") {
  for (const auto& [key, value] : object.items()) {
    if (value.is_object() && !value.empty()) {
      print_values(value, fmt::format("{}{}.", prefix, key));
      continue;
    }
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    const std::string name = prefix + key;
    std::printf("  %-32s  %s\n", name.c_str(), text.c_str());
  }
}

void doctor(const Options& options) {
  Json record = {{"build", record_to_json(build_record())},
                 {"machine", record_to_json(machine_record())}};
  const Json worker = ask_worker();
  record["gpus"] = probe_gpus();
  record["worker"] = worker;
  record["can prove"] = abilities(worker, record["gpus"]);
  if (!options.suite.empty()) record["suite"] = suite_record(options);
  if (options.json) {
    std::printf("%s\n", record.dump(1).c_str());
    return;
  }
  for (const auto& [title, section] : record.items()) {
    std::printf("%s\n", title.c_str());
    print_values(section);
  }
}

}  // namespace

void add_doctor_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand(
      "doctor", "This machine: what it can prove, what would be skipped, and why");
  add_value(*command, "--suite", options->suite, "FILE", "Also say what of this suite is at hand");
  add_value(*command, "--data", options->data, "DIR",
            "Root of the data set, instead of the suite's");
  add_json_flag(*command, options->json);
  add_footer(*command, "halfproof doctor --suite suites/mmseg_fp16.json",
             "0 it has been said, 2 unusable input");
  command->callback([options, &exit_code] {
    doctor(*options);
    exit_code = 0;
  });
}

}  // namespace harness
