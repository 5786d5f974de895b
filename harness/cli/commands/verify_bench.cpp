// The cost of verifying a file of 275 MB, in runs of sha256sum on the same file. HALFPROOF_PYTHON
// names a Python with PyTorch, which creates the file.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <fmt/format.h>

#include "harness/base/file.h"
#include "harness/base/statistics/median.h"

namespace {
using harness::median;

constexpr int kRuns = 7;
constexpr int kSkipped = 77;

/// Seconds that the command takes, start and end of its process included; ends the benchmark when
/// it cannot run. FAIL verdicts do not count as that: the file belongs to no row.
double seconds_of(const std::string& command, int most_status) {
  const auto start = std::chrono::steady_clock::now();
  const int status = std::system((command + " > /dev/null").c_str());
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  if (status < 0 || status > most_status << 8) {
    std::fprintf(stderr, "verify_bench: expected \"%s\" to run, got status %d\n", command.c_str(),
                 status);
    std::exit(1);
  }
  return taken.count();
}

/// Runs sha256sum right before each run of ours, so that both see the machine in the same state.
void measure(benchmark::State& state, const std::filesystem::path& path) {
  std::vector<double> sums;
  std::vector<double> ours;
  for ([[maybe_unused]] auto iteration : state) {
    sums.push_back(seconds_of("sha256sum " + path.string(), 0));
    ours.push_back(seconds_of(fmt::format("{} verify {}", HALFPROOF_PROGRAM, path.string()), 1));
    state.SetIterationTime(ours.back());
  }
  state.counters["median_ms"] = 1e3 * median(ours);
  state.counters["sha256sum_ms"] = 1e3 * median(sums);
  state.counters["of_sha256sum"] = median(ours) / median(sums);
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
  seconds_of(fmt::format("{} harness/checkpoint/checkpoint_bench.py make {}", python,
                         folder.path().string()),
             0);
  for (const std::string format : {"legacy", "zip"}) {
    const auto path = folder.path() / (format + ".pth");
    benchmark::RegisterBenchmark(("verify/" + format).c_str(),
                                 [path](benchmark::State& state) { measure(state, path); })
        ->Unit(benchmark::kMillisecond)
        ->UseManualTime()
        ->Iterations(kRuns);
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
