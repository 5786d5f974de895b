// How fast a checkpoint of 275 MB is read, against torch.load on the same files in the same run.
//
// HALFPROOF_PYTHON: a Python with PyTorch. Without it nothing is measured and the exit code is 77.
// The page cache is warm on both sides. torch.load puts every tensor into memory of its own;
// Checkpoint::open maps the file, so that "open" alone does less than torch.load does.
//   open        parsed and checked, no element read
//   sum         every element read, none kept
//   fill        every tensor copied into memory that is there already, as a model's parameters are
//   block       every tensor copied into one new block of memory, with huge pages
//   vectors     every tensor copied into a new vector: the same work as torch.load's

#include <benchmark/benchmark.h>
#include <sys/mman.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/statistics/median.h"
#include "harness/checkpoint/checkpoint.h"

namespace {
using harness::median;

constexpr char kScript[] = "harness/checkpoint/checkpoint_bench.py";
constexpr int kRuns = 9;
constexpr int kSkipped = 77;
constexpr std::size_t kHugePage = std::size_t{2} << 20;

using Tensors = std::vector<harness::TensorView>;
using Work = void (*)(const Tensors&);

std::uint64_t sum_of(std::span<const std::byte> bytes) {
  std::uint64_t sum = 0;
  std::uint64_t word = 0;
  for (; bytes.size() >= sizeof(word); bytes = bytes.subspan(sizeof(word))) {
    std::memcpy(&word, bytes.data(), sizeof(word));
    sum += word;
  }
  for (const std::byte byte : bytes) sum += std::to_integer<std::uint64_t>(byte);
  return sum;
}

std::size_t size_of(const Tensors& tensors) {
  std::size_t size = 0;
  for (const auto& tensor : tensors) size += tensor.packed_size();
  return size;
}

void pack_all(const Tensors& tensors, std::byte* target) {
  for (const auto& tensor : tensors) {
    tensor.pack_into({target, tensor.packed_size()});
    target += tensor.packed_size();
  }
}

void nothing(const Tensors&) {}

void sum(const Tensors& tensors) {
  for (const auto& tensor : tensors) benchmark::DoNotOptimize(sum_of(tensor.contiguous_bytes()));
}

void fill(const Tensors& tensors) {
  static std::vector<std::byte> target(size_of(tensors));
  pack_all(tensors, target.data());
}

void block(const Tensors& tensors) {
  const std::size_t size = (size_of(tensors) / kHugePage + 1) * kHugePage;
  const std::unique_ptr<void, decltype(&std::free)> target(std::aligned_alloc(kHugePage, size),
                                                           &std::free);
  ::madvise(target.get(), size, MADV_HUGEPAGE);
  pack_all(tensors, static_cast<std::byte*>(target.get()));
  benchmark::DoNotOptimize(target.get());
}

void vectors(const Tensors& tensors) {
  std::vector<std::vector<std::byte>> copies;
  for (const auto& tensor : tensors) copies.push_back(tensor.packed());
  benchmark::DoNotOptimize(copies.data());
}

/// What the script prints. Throws Error(kWorkerFailed) when it fails.
std::string run_script(const std::string& python, const std::string& arguments) {
  const std::string command = python + " " + kScript + " " + arguments;
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  std::string output;
  char buffer[4096];
  while (pipe != nullptr && std::fgets(buffer, sizeof(buffer), pipe) != nullptr) output += buffer;
  const int status = pipe == nullptr ? -1 : ::pclose(pipe);
  if (status != 0) {
    throw harness::Error(harness::ErrorCode::kWorkerFailed, command,
                         "expected exit status 0, got " + std::to_string(status));
  }
  return output;
}

struct Times {
  std::vector<double> wall;
  std::vector<double> cpu;
};

Times torch_times(const std::string& python, const std::string& command,
                  const std::filesystem::path& path) {
  Times times;
  const std::string arguments = command + " " + path.string() + " " + std::to_string(kRuns);
  for (const auto& run : harness::parse_json(run_script(python, arguments), kScript)) {
    times.wall.push_back(run[0].get<double>());
    times.cpu.push_back(run[1].get<double>());
  }
  return times;
}

/// torch.load is timed right before, so that both sides see the machine in the same state.
void measure(benchmark::State& state, const std::filesystem::path& path, Work work,
             const std::string& python, const std::string& command) {
  const Times torch = torch_times(python, command, path);
  Times ours;
  for ([[maybe_unused]] auto iteration : state) {
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t cpu_start = std::clock();
    work(harness::Checkpoint::open(path).state_dict());
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    ours.cpu.push_back(1e3 * static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC);
    ours.wall.push_back(1e3 * taken.count());
    state.SetIterationTime(taken.count());
  }
  state.counters["median_ms"] = median(ours.wall);
  state.counters["torch_ms"] = median(torch.wall);
  state.counters["times_faster"] = median(torch.wall) / median(ours.wall);
  state.counters["cpu_ms"] = median(ours.cpu);
  state.counters["torch_cpu_ms"] = median(torch.cpu);
  state.counters["times_less_cpu"] = median(torch.cpu) / median(ours.cpu);
}

void add(const std::string& name, const std::filesystem::path& path, Work work,
         const std::string& python, const std::string& command = "load") {
  const auto body = [=](benchmark::State& state) { measure(state, path, work, python, command); };
  benchmark::RegisterBenchmark(name.c_str(), body)
      ->Unit(benchmark::kMillisecond)
      ->UseManualTime()
      ->Iterations(kRuns);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const char* const python = std::getenv("HALFPROOF_PYTHON");
  if (python == nullptr) {
    std::fprintf(stderr, "skipped: HALFPROOF_PYTHON names no Python with PyTorch\n");
    return kSkipped;
  }
  const harness::TemporaryFolder folder;
  run_script(python, "make " + folder.path().string());
  for (const std::string format : {"legacy", "zip"}) {
    const auto path = folder.path() / (format + ".pth");
    sum(harness::Checkpoint::open(path).state_dict());
    add(format + "/open", path, nothing, python);
    add(format + "/sum", path, sum, python);
    add(format + "/fill", path, fill, python);
    add(format + "/block", path, block, python);
    add(format + "/vectors", path, vectors, python);
  }
  for (const std::string format : {"many_legacy", "many_zip"}) {
    add(format + "/open", folder.path() / (format + ".pth"), nothing, python);
    add(format + "/vectors", folder.path() / (format + ".pth"), vectors, python);
  }
  add("zip/open, torch.load(mmap=True)", folder.path() / "zip.pth", nothing, python, "mmap");
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
