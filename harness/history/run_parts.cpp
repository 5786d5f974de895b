#include "harness/history/run_parts.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/base/sha256.h"
#include "harness/record/evaluation_record.h"

namespace harness {
namespace {

constexpr std::size_t kShortDigest = 8;

/// Parts in the order in which they are named first, each with all the values it has.
class PartList {
 public:
  void add(const std::string& name, const std::string& value) {
    auto there = std::ranges::find(names_, name);
    const auto place = static_cast<std::size_t>(there - names_.begin());
    if (there == names_.end()) {
      names_.push_back(name);
      values_.emplace_back();
    }
    auto& values = values_[place];
    if (!value.empty() && std::ranges::find(values, value) == values.end()) values.push_back(value);
  }

  Parts parts() const {
    Parts parts;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (!values_[i].empty()) parts.emplace_back(names_[i], enumeration(values_[i]));
    }
    return parts;
  }

 private:
  std::vector<std::string> names_;
  std::vector<std::vector<std::string>> values_;
};

std::string text_of(std::int64_t number) {
  return number == 0 ? "" : std::to_string(number);
}

/// 13000 is "13.0", as CUDA numbers its versions; "" for 0.
std::string cuda_version(std::int64_t version) {
  return version == 0 ? "" : fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

/// 91900 is "9.19.0", as cuDNN numbers its versions since 9.0; "" for 0.
std::string cudnn_version(std::int64_t version) {
  if (version == 0) return "";
  return fmt::format("{}.{}.{}", version / 10000, version % 10000 / 100, version % 100);
}

/// The switches that are on: "oneDNN, cuDNN, deterministic cuDNN".
std::string switches_of(const LibraryRecord& library) {
  std::string on;
  const auto add = [&](bool is_on, const char* name) {
    if (is_on) on += (on.empty() ? "" : ", ") + std::string(name);
  };
  add(library.onednn, "oneDNN");
  add(library.deterministic_algorithms, "deterministic algorithms");
  add(library.tf32.cublas, "TF32 in cuBLAS");
  add(library.tf32.cudnn, "TF32 in cuDNN");
  add(library.cudnn.enabled, "cuDNN");
  add(library.cudnn.benchmark, "cuDNN's benchmark");
  add(library.cudnn.deterministic, "deterministic cuDNN");
  return on.empty() ? "none" : on;
}

void add_libraries(const RunResult& result, PartList& list) {
  const auto& gpu = result.environment.gpu;
  const auto& library = result.environment.library;
  list.add("driver", gpu ? gpu->driver : "");
  list.add("CUDA", gpu ? cuda_version(gpu->cuda) : "");
  list.add("cuDNN", gpu ? cudnn_version(gpu->cudnn) : "");
  list.add("LibTorch", library ? library->libtorch : "");
  // On a GPU it is cuDNN's version again.
  list.add("convolution kernel", library && !gpu ? library->convolution_kernel : "");
  list.add("switches", library ? switches_of(*library) : "");
  list.add("GPU", gpu ? gpu->name : "");
  list.add("card", gpu ? gpu->uuid_sha256_8 : "");
  list.add("instructions", library ? library->cpu_capability : "");
  list.add("threads", library ? text_of(library->threads) : "");
  list.add("OpenCV", library ? library->opencv : "");
}

void add_machine(const MachineRecord& machine, PartList& list) {
  list.add("CPU", machine.cpu);
  list.add("cores", text_of(machine.cores));
  list.add("host", machine.hostname_sha256_8);
  list.add("OS", machine.os);
  list.add("kernel", machine.kernel);
}

void add_build(const BuildRecord& build, PartList& list) {
  list.add("commit", build.commit + (build.dirty ? " with changes" : ""));
  list.add("version", build.version);
  list.add("compiler", build.compiler);
  list.add("build", build.build_type);
}

/// What the label maps held: a row of the confusion matrix is the pixels of one label.
std::string data_of(const RunResult& result) {
  const auto record = measurements_of<EvaluationRecord>(result);
  std::string pixels_of_classes;
  for (const auto& label : record.confusion) {
    std::int64_t pixels = 0;
    for (const auto count : label) pixels += count;
    pixels_of_classes += std::to_string(pixels) + "\n";
  }
  return fmt::format("{}, {}, labels {}", plural(record.images, "image"),
                     plural(record.pixels, "pixel"),
                     sha256_hex(pixels_of_classes).substr(0, kShortDigest));
}

void add_inputs(const RunResult& result, PartList& list) {
  if (result.status != RunStatus::kOk) return;
  const auto checkpoint = result.digests.find("checkpoint");
  // Each stage reads the checkpoint that was examined, but for a training, which makes its own.
  if (result.stage == "evaluate" && checkpoint != result.digests.end()) {
    list.add("checkpoint of " + result.row, checkpoint->second.substr(0, kShortDigest));
  }
  if (result.stage == "evaluate") list.add("data of " + result.row, data_of(result));
}

}  // namespace

std::string part_of(const Parts& parts, std::string_view name) {
  const auto found =
      std::ranges::find_if(parts, [&](const auto& part) { return part.first == name; });
  return found == parts.end() ? "" : found->second;
}

Parts parts_of(const JobRecord& job, const std::vector<RunResult>& results) {
  PartList list;
  for (const auto& result : results) add_libraries(result, list);
  add_machine(job.environment.machine, list);
  for (const auto& result : results) add_machine(result.environment.machine, list);
  add_build(job.environment.build, list);
  list.add("suite", job.suite_digest.substr(0, kShortDigest));
  for (const auto& result : results) add_inputs(result, list);
  return list.parts();
}

std::string hardware_of(const JobRecord& job, const std::vector<RunResult>& results) {
  const std::string gpu = part_of(parts_of(job, results), "GPU");
  if (job.device == "cuda") return gpu.empty() ? "a GPU that no result names" : gpu;
  const MachineRecord& machine = job.environment.machine;
  return fmt::format("{}, {}", machine.cpu, plural(machine.cores, "core"));
}

}  // namespace harness
