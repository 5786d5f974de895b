#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/record/job.h"
#include "harness/record/run_result.h"

namespace harness {

/// What a run consisted of besides its measurements, by name: {"driver", "580.65.06"}, in the order
/// in which people ask for it. A part whose value is not known is not in it.
using Parts = std::vector<std::pair<std::string, std::string>>;

/// The value of a part; "" where there is none.
std::string part_of(const Parts& parts, std::string_view name);

/// driver, CUDA, cuDNN, LibTorch, convolution kernel, switches, GPU, card, CPU, cores, host,
/// kernel, OS, OpenCV, threads, commit, compiler, build, suite, and of each row: its checkpoint and
/// the data it was evaluated on. Where results differ in one, its value lists all: "9.19.0
/// and 9.20.0".
///
/// The data of a row are named by the images, the pixels, and the digest of the pixels of each
/// class: another label map shows in them, another image with the same labels does not.
Parts parts_of(const JobRecord& job, const std::vector<RunResult>& results);

/// What a run's measurements are compared on: the GPU's name of a job on "cuda" ("NVIDIA H200"),
/// else the processor and the cores the process might use ("AMD EPYC, 2 cores").
std::string hardware_of(const JobRecord& job, const std::vector<RunResult>& results);

}  // namespace harness
