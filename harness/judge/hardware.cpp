#include "harness/judge/hardware.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/counts.h"

namespace harness {
namespace {

using Words = std::vector<std::string>;

constexpr double kBytesPerGb = 1073741824.0;
/// Drivers report up to a tenth less memory than a card is sold with: they reserve some.
constexpr double kMemoryTolerance = 0.1;

constexpr std::array<std::string_view, 13> kNoise{"nvidia", "tesla", "geforce", "gpu",  "gpus",
                                                  "amd",    "intel", "cpu",     "cpus", "processor",
                                                  "r",      "tm",    "1x"};
constexpr std::array<std::string_view, 11> kForms{"sxm", "sxm2", "sxm3",  "sxm4", "sxm5", "pcie",
                                                  "nvl", "hbm2", "hbm2e", "hbm3", "hbm3e"};

template <typename List>
bool contains(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_number(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// "32gb": 32.
std::optional<double> gigabytes(std::string_view word) {
  if (word.size() < 3 || !word.ends_with("gb")) return std::nullopt;
  word.remove_suffix(2);
  if (!is_number(word)) return std::nullopt;
  int value = 0;
  std::from_chars(word.data(), word.data() + word.size(), value);
  return value;
}

/// Runs of letters and digits in lower case, up to the clock of a processor ("@ 2.80GHz").
Words split(std::string_view name) {
  Words words;
  bool inside = false;
  for (const char symbol : name.substr(0, name.find('@'))) {
    const auto c = static_cast<unsigned char>(symbol);
    const bool is_part = std::isalnum(c) != 0;
    if (is_part && !inside) words.emplace_back();
    if (is_part) words.back().push_back(static_cast<char>(std::tolower(c)));
    inside = is_part;
  }
  return words;
}

/// The words that tell one model from another: "64-Core" and "2 CPU cores" are left out, "32 GB" is
/// one word.
Words words_of(std::string_view name) {
  Words words;
  Words all = split(name);
  std::erase_if(all, [](const std::string& word) { return contains(kNoise, word); });
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string_view next = i + 1 < all.size() ? std::string_view(all[i + 1]) : "";
    if (is_number(all[i]) && (next == "core" || next == "cores")) {
      ++i;
    } else if (is_number(all[i]) && next == "gb") {
      words.push_back(all[i++] + "gb");
    } else {
      words.push_back(all[i]);
    }
  }
  return words;
}

bool says_memory(const Words& words) {
  return std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return gigabytes(word).has_value(); });
}

/// Whether `name` has this word of the source, or memory of that size.
bool has(const Words& name, const std::string& word, std::int64_t memory_bytes) {
  if (contains(name, word)) return true;
  const auto size = gigabytes(word);
  if (!size || says_memory(name)) return false;
  const double measured = static_cast<double>(memory_bytes) / kBytesPerGb;
  return std::abs(measured - *size) <= kMemoryTolerance * *size;
}

bool says_model(const Words& words) {
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return std::any_of(word.begin(), word.end(),
                       [](unsigned char c) { return std::isdigit(c) != 0; });
  });
}

/// Why a number measured on a processor cannot be judged here; "" when it can.
std::string unfit_processor(const Json& conditions, const RunResult& result) {
  const auto cores = count_at(conditions, {"cores"});
  if (!cores) return "";
  const std::int64_t here = result.environment.machine.cores;
  const std::int64_t threads = result.environment.library ? result.environment.library->threads : 0;
  if (here == *cores && threads == *cores) return "";
  return fmt::format("published for {}, this is {} on {}", plural(*cores, "core"),
                     plural(threads, "thread"), plural(here, "core"));
}

std::string other_gpu(const std::optional<GpuRecord>& gpu, const std::optional<GpuRecord>& fp32) {
  if (!gpu && !fp32) return "";
  if (!gpu || !fp32) return "only one of the results names its GPU";
  return first_of({difference_from_fp32("the GPU", gpu->name, fp32->name),
                   difference_from_fp32("the GPU's id", gpu->uuid_sha256_8, fp32->uuid_sha256_8),
                   difference_from_fp32("the driver", gpu->driver, fp32->driver),
                   difference_from_fp32("CUDA", gpu->cuda, fp32->cuda),
                   difference_from_fp32("cuDNN", gpu->cudnn, fp32->cudnn)});
}

/// With their switches: those of one row are the same in all precisions.
std::string other_libraries(const std::optional<LibraryRecord>& library,
                            const std::optional<LibraryRecord>& fp32) {
  if (!library && !fp32) return "";
  if (!library || !fp32) return "only one of the results names its libraries";
  return difference_from_fp32("the set of libraries", record_to_json(*library),
                              record_to_json(*fp32));
}

/// What a record that names the GPU in full leaves out; "" when it is complete.
std::string unnamed_part(const GpuRecord& gpu) {
  if (gpu.name.empty()) return "a GPU that has no name";
  if (gpu.compute_capability.empty()) return "a GPU without a compute capability";
  if (gpu.cuda <= 0) return "a CUDA that has no version";
  return gpu.cudnn <= 0 ? "a cuDNN that has no version" : "";
}

std::string unnamed_part(const EnvironmentRecord& environment) {
  if (!environment.gpu) return "a GPU that has no name";
  if (auto part = unnamed_part(*environment.gpu); !part.empty()) return part;
  if (!environment.library) return "libraries that have no name";
  return environment.library->libtorch.empty() ? "a LibTorch that has no version" : "";
}

/// Why a GPU did not compute as every worker has it compute; "" when it did.
std::string other_gpu_switches(const EnvironmentRecord& environment) {
  if (auto part = unnamed_part(environment); !part.empty()) return "computed by " + part;
  const LibraryRecord& library = *environment.library;
  if (!library.cudnn.enabled) return "computed without cuDNN, which is never switched off";
  if (!library.tf32.cublas && !library.tf32.cudnn) return "";
  return "FP32 may have been rounded to TF32, which is always switched off";
}

/// Those of a GPU's libraries do not depend on the host.
Json library_of(const RunResult& result) {
  Json library = record_to_json(*result.environment.library);
  if (result.device != "cuda") return library;
  for (const char* of_host : {"threads", "interop_threads", "cpu_capability"}) {
    library.erase(of_host);
  }
  return library;
}

/// What a result was computed by, but for the one machine or card among those of a kind.
Json setting_of(const RunResult& result) {
  const EnvironmentRecord& environment = result.environment;
  Json setting = {{"device", result.device},
                  {"build", record_to_json(environment.build)},
                  {"library", nullptr},
                  {"gpu", nullptr}};
  if (environment.library) setting["library"] = library_of(result);
  if (const auto& gpu = environment.gpu) {
    setting["gpu"] = {{"name", gpu->name},
                      {"compute_capability", gpu->compute_capability},
                      {"driver", gpu->driver},
                      {"cuda", gpu->cuda},
                      {"cudnn", gpu->cudnn}};
  }
  return setting;
}

}  // namespace

bool names_hardware(std::string_view published, std::string_view name, std::int64_t memory_bytes) {
  const Words wanted = words_of(published);
  const Words words = words_of(name);
  const bool has_all = std::all_of(wanted.begin(), wanted.end(), [&](const std::string& word) {
    return has(words, word, memory_bytes);
  });
  const bool has_more = std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return !contains(wanted, word) && !contains(kForms, word) && !gigabytes(word);
  });
  return !wanted.empty() && has_all && !has_more;
}

std::string hardware_of(const RunResult& result) {
  const EnvironmentRecord& environment = result.environment;
  std::string name = result.device == "cuda" ? (environment.gpu ? environment.gpu->name : "")
                                             : environment.machine.cpu;
  return name.empty() ? "unknown hardware" : name;
}

std::string difference_from_fp32(std::string_view what, const Json& value, const Json& of_fp32) {
  if (value == of_fp32) return "";
  return fmt::format("{} is {}, and that of fp32 is {}", what, value.dump(), of_fp32.dump());
}

std::string other_machine(const RunResult& result, const RunResult& fp32) {
  return first_of({difference_from_fp32("the device", result.device, fp32.device),
                   other_gpu(result.environment.gpu, fp32.environment.gpu),
                   difference_from_fp32("the host", result.environment.machine.hostname_sha256_8,
                                        fp32.environment.machine.hostname_sha256_8),
                   difference_from_fp32("the processor", result.environment.machine.cpu,
                                        fp32.environment.machine.cpu),
                   other_libraries(result.environment.library, fp32.environment.library),
                   difference_from_fp32("the program's commit", result.environment.build.commit,
                                        fp32.environment.build.commit)});
}

std::string other_kind_of_machine(const RunResult& result, const RunResult& fp32) {
  const auto kind_of = [](const RunResult& one) {
    const auto& library = one.environment.library;
    const auto& gpu = one.environment.gpu;
    return Json{{"gpu", gpu ? Json(gpu->name) : Json()},
                {"cudnn", gpu ? Json(gpu->cudnn) : Json()},
                {"libtorch", library ? Json(library->libtorch) : Json()},
                {"commit", one.environment.build.commit}};
  };
  return first_of({difference_from_fp32("the device", result.device, fp32.device),
                   difference_from_fp32("the kind of machine", kind_of(result), kind_of(fp32))});
}

std::string other_setting(const RunResult& one, const RunResult& other) {
  const Json ours = setting_of(one).flatten();
  const Json theirs = setting_of(other).flatten();
  const auto at = [](const Json& setting, const std::string& path) {
    return setting.contains(path) ? setting.at(path) : Json();
  };
  Json paths = ours;
  paths.update(theirs);
  for (const auto& [path, value] : paths.items()) {
    const Json found = at(ours, path);
    const Json expected = at(theirs, path);
    if (found == expected) continue;
    return fmt::format("{} is {}, and that of the other is {}", path.substr(1), found.dump(),
                       expected.dump());
  }
  return "";
}

std::string environment_defect(const RunResult& result, bool has_fp32) {
  const EnvironmentRecord& environment = result.environment;
  if (!environment.library) return "no library is said to have computed it";
  if (result.device == "cuda" && !environment.gpu) return "it is of cuda, and of no GPU";
  const auto& [cublas, cudnn] = environment.library->tf32;
  return has_fp32 && (cublas || cudnn) ? "FP32 was allowed to round its operands to TF32" : "";
}

std::string other_switches(const RunResult& result) {
  return result.device == "cuda" ? other_gpu_switches(result.environment) : "";
}

std::string unnamed_driver(const RunResult& result) {
  const auto& gpu = result.environment.gpu;
  if (result.device != "cuda" || (gpu && !gpu->driver.empty())) return "";
  return "nobody tells the version of the driver that computed it";
}

std::string unnamed_hardware(const Json& conditions, const RunResult& result) {
  const std::string published = text_at(conditions, {"hardware"});
  const Words words = words_of(published);
  const bool is_processor = result.device != "cuda" || count_at(conditions, {"cores"});
  if (words.empty() && published.empty()) {
    return "the source does not say on what hardware; this is " + hardware_of(result);
  }
  if (!words.empty() && (says_model(words) || !is_processor)) return "";
  return fmt::format("published for {}, a kind of hardware and no model; this is {}", published,
                     hardware_of(result));
}

std::string unfit_hardware(const Json& conditions, const RunResult& result) {
  const std::string published = text_at(conditions, {"hardware"});
  const std::string here = hardware_of(result);
  const auto& gpu = result.environment.gpu;
  const bool on_gpu = result.device == "cuda";
  if (!names_hardware(published, here, on_gpu && gpu ? gpu->memory_bytes : 0)) {
    return fmt::format("published for {}, this is {}", published, here);
  }
  return on_gpu ? unnamed_driver(result) : unfit_processor(conditions, result);
}

}  // namespace harness
