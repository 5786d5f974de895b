#include <cstdio>
#include <exception>
#include <iostream>
#include <iterator>
#include <set>
#include <string>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/evaluate/environment.h"
#include "harness/network/cuda_device.h"
#include "harness/precision/half_convolution.h"
#include "harness/precision/policy.h"
#include "harness/record/environment.h"
#include "harness/worker/deepbench_job.h"
#include "harness/worker/drawn_job.h"
#include "harness/worker/evaluate_job.h"
#include "harness/worker/lockstep_job.h"
#include "harness/worker/memory_job.h"
#include "harness/worker/memory_needs.h"
#include "harness/worker/paper_job.h"
#include "harness/worker/speed_job.h"
#include "harness/worker/train_job.h"

namespace {

/// Reports what LibTorch sees of this machine, for `halfproof doctor`.
void doctor() {
  const auto& cuda = harness::load_cuda();
  harness::register_half_convolution();
  harness::use_exact_fp32();
  harness::send_event({{"environment", harness::record_to_json(harness::environment_record())},
                       {"cuda", {{"usable", cuda.is_usable}, {"reason", cuda.reason}}}});
}

}  // namespace

/// The process that runs one row. It is started by `halfproof`, which writes the job to its
/// standard input and reads events from its standard output.
int main(int argc, char** argv) {
  const std::string mode = argc == 2 ? argv[1] : "";
  try {
    if (mode == "doctor") {
      doctor();
      return 0;
    }
    const std::set<std::string> modes = {"evaluate", "train",        "lockstep",
                                         "memory",   "memory-needs", "speed",
                                         "paper",    "deepbench",    "versions"};
    if (modes.count(mode) == 0) {
      std::fprintf(
          stderr,
          "halfproof-worker is started by halfproof; usage: evaluate | train | "
          "lockstep | memory | memory-needs | speed | paper | deepbench | versions | doctor\n");
      return 2;
    }
    const std::string text(std::istreambuf_iterator<char>(std::cin), {});
    const harness::Json job = harness::parse_json(text, "worker job");
    // Before anything that could ask LibTorch about CUDA.
    if (job.value("device", "") == "cuda") harness::load_cuda();
    if (mode == "train") {
      harness::train_job(harness::train_job_from_json(job));
    } else if (mode == "lockstep") {
      harness::lockstep_job(harness::train_job_from_json(job));
    } else if (mode == "memory") {
      harness::memory_job(harness::drawn_job_from_json(job));
    } else if (mode == "memory-needs") {
      harness::foresee_memory(harness::drawn_job_from_json(job));
    } else if (mode == "versions") {
      // For the keys of the results, and to tell whether the command is of this build.
      harness::send_event({{"versions", harness::library_versions()},
                           {"build", harness::record_to_json(harness::build_record())}});
    } else if (mode == "paper") {
      harness::paper_job(harness::paper_job_from_json(job));
    } else if (mode == "deepbench") {
      harness::deepbench_job(harness::deepbench_job_from_json(job));
    } else if (mode == "speed") {
      harness::speed_job(harness::speed_job_from_json(job));
    } else {
      harness::evaluate_job(harness::evaluate_job_from_json(job));
    }
    return 0;
  } catch (const harness::Error& error) {
    const bool unavailable = error.code() == harness::ErrorCode::kUnavailable;
    harness::send_event({{"event", unavailable ? "unavailable" : "error"},
                         {"message", unavailable ? error.detail() : error.what()}});
    return 2;
  } catch (const std::exception& error) {
    harness::send_event({{"event", "error"}, {"message", error.what()}});
    return 2;
  }
}
