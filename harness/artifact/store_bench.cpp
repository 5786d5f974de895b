// How fast a file is hashed, beside the command that people would use for it: each iteration hashes
// the same 256 MiB with both, so that the ratio holds on a busy machine too.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>

#include <benchmark/benchmark.h>

#include "harness/base/file.h"
#include "harness/base/sha256.h"

namespace {

constexpr std::size_t kBytes = std::size_t{256} << 20;
constexpr double kLargestRatio = 1.1;

struct Setup {
  harness::TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "file";
  double ratio = 0.0;
};

template <typename Work>
double seconds_of(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void hash_beside_sha256sum(benchmark::State& state, Setup& setup) {
  const std::string command = "sha256sum '" + setup.file.string() + "' > /dev/null";
  double ours = 0.0;
  double theirs = 0.0;
  for ([[maybe_unused]] auto iteration : state) {
    int status = 0;
    theirs += seconds_of([&] { status = std::system(command.c_str()); });
    if (status != 0) return state.SkipWithError("sha256sum failed");
    const double seconds =
        seconds_of([&] { benchmark::DoNotOptimize(harness::sha256_file(setup.file)); });
    state.SetIterationTime(seconds);
    ours += seconds;
  }
  setup.ratio = ours / theirs;
  state.SetBytesProcessed(static_cast<std::int64_t>(kBytes) * state.iterations());
  state.counters["ratio"] = setup.ratio;
  state.counters["sha256sum_s"] = theirs / static_cast<double>(state.iterations());
}

std::string random_bytes() {
  std::mt19937_64 engine(0);
  std::string bytes(kBytes, '\0');
  for (char& byte : bytes) byte = static_cast<char>(engine());
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  Setup setup;
  harness::write_file_atomic(setup.file, random_bytes());
  benchmark::RegisterBenchmark(
      "sha256_file", [&setup](benchmark::State& state) { hash_beside_sha256sum(state, setup); })
      ->UseManualTime()
      ->Iterations(5)
      ->Unit(benchmark::kMillisecond);
  benchmark::RunSpecifiedBenchmarks();
  // A ratio of 0 is a run that measured nothing.
  return setup.ratio > 0.0 && setup.ratio <= kLargestRatio ? EXIT_SUCCESS : EXIT_FAILURE;
}
