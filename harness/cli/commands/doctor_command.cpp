#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/measurement.h"
#include "harness/base/system/machine.h"
#include "harness/cli/command.h"
#include "harness/cli/doctor/suite_outlook.h"
#include "harness/cli/gpu_probe.h"
#include "harness/cli/options.h"
#include "harness/cli/progress.h"
#include "harness/cli/worker_process.h"
#include "harness/record/environment.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::minutes kPatience{2};  // A driver that hangs must not hang us.

struct DoctorArguments : RunPlan {
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

SuiteOutlook suite_outlook(const Json& worker_answer, RunPlan plan) {
  const Suite suite = read_named_suite(plan.suite);
  const auto rows = select_rows(suite, plan.rows);
  if (plan.stages.empty()) plan.stages = default_stages(rows);
  const WorkerOutlook worker = worker_outlook(worker_answer, plan);
  ReachableFiles reachable(nullptr);
  SuiteOutlook outlook{suite.name, {}};
  Progress progress("asking what each row needs", "rows", plan.quiet);
  for (const Row* row : rows) {
    progress.update(outlook.rows.size(), rows.size(), row->id);
    const ForeseenRow foreseen = foresee_row(suite, *row, plan, worker, reachable);
    outlook.rows.push_back(row_outlook(foreseen, foresee_claims(suite, foreseen, plan), plan));
  }
  return outlook;
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

int doctor(const DoctorArguments& options) {
  Json record = {{"build", record_to_json(build_record())},
                 {"machine", record_to_json(machine_record())}};
  const Json worker = ask_worker();
  record["gpus"] = probe_gpus();
  record["worker"] = worker;
  record["can prove"] = abilities(worker, record["gpus"]);
  std::optional<SuiteOutlook> outlook;
  if (!options.suite.empty()) outlook = suite_outlook(worker, options);
  if (options.json) {
    if (outlook) record["suite"] = to_json(*outlook);
    std::printf("%s\n", record.dump(1).c_str());
    return outlook ? exit_code(*outlook) : 0;
  }
  for (const auto& [title, section] : record.items()) {
    std::printf("%s\n", title.c_str());
    print_values(section);
  }
  if (!outlook) return 0;
  std::printf("%s", render_outlook(*outlook, terminal_style(STDOUT_FILENO)).c_str());
  return exit_code(*outlook);
}

}  // namespace

void add_doctor_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<DoctorArguments>();
  auto* command = program.add_subcommand(
      "doctor", "This machine: what it can prove, what would be skipped, and why");
  command
      ->add_option("SUITE,--suite", options->suite,
                   "Also say, claim by claim, what `halfproof run` would make of this suite here")
      ->type_name("");
  add_plan_options(*command, *options);
  add_json_flag(*command, options->json);
  add_footer(*command, "halfproof doctor suites/mmseg_fp16.json",
             "0 some claim would be judged, or no suite was given, 1 a claim fails whatever is\n"
             "  measured, 2 unusable input, 77 nothing could be judged");
  command->callback([options, &exit_code] {
    options->argv = program_arguments();
    options->quiet = options->json;
    exit_code = doctor(*options);
  });
}

}  // namespace harness
