// Each iteration does the same work twice, with halfproof and with the command that people would
// use for it, so that the ratio holds on a busy machine too: hashing a file beside sha256sum, and
// fetching one from the loopback (with its hash, and onto the disk) beside curl.
#include <fcntl.h>
#include <sys/sendfile.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <random>
#include <string>

#include <benchmark/benchmark.h>

#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/fetch/store.h"
#include "harness/testing/raw_server.h"

namespace {
namespace fs = std::filesystem;

constexpr std::size_t kBytes = std::size_t{256} << 20;
constexpr double kSlowestHash = 1.1;    // Times sha256sum.
constexpr double kSlowestFetch = 1.25;  // Times curl: 80 % of its throughput.
constexpr int kNoCommand = 77;

/// Sends a file as fast as the kernel can.
harness::RawServer::Handler send_file(const fs::path& path) {
  return [path](int socket, const std::string&) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    harness::send_text(socket, "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: " +
                                   std::to_string(kBytes) + "\r\n\r\n");
    while (::sendfile(socket, file, nullptr, std::size_t{4} << 20) > 0) {
    }
    ::close(file);
  };
}

struct Setup {
  harness::TemporaryFolder folder;
  fs::path file = folder.path() / "file.pth";
  harness::RawServer server{send_file(file)};
  double hash_ratio = 0.0;
  double fetch_ratio = 0.0;
};

template <typename Work>
double seconds_of(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Both in turn, `after` each pair. Returns how much longer ours took, of the best of each:
/// whatever else the machine does only adds.
template <typename Ours, typename After>
double compare(benchmark::State& state, const std::string& command, Ours ours, After after) {
  double our_best = std::numeric_limits<double>::infinity();
  double their_best = our_best;
  for ([[maybe_unused]] auto iteration : state) {
    int status = 0;
    their_best = std::min(their_best, seconds_of([&] { status = std::system(command.c_str()); }));
    if (status != 0) {
      state.SkipWithError("the command to compare with failed");
      return 0.0;
    }
    const double seconds = seconds_of(ours);
    state.SetIterationTime(seconds);
    our_best = std::min(our_best, seconds);
    after();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(kBytes) * state.iterations());
  state.counters["ratio"] = our_best / their_best;
  state.counters["best_s"] = our_best;
  state.counters["command_best_s"] = their_best;
  return our_best / their_best;
}

void hash_beside_sha256sum(benchmark::State& state, Setup& setup) {
  const std::string command = "sha256sum '" + setup.file.string() + "' > /dev/null";
  setup.hash_ratio = compare(
      state, command, [&] { benchmark::DoNotOptimize(harness::sha256_file(setup.file)); }, [] {});
}

void fetch_beside_curl(benchmark::State& state, Setup& setup) {
  const fs::path copy = setup.folder.path() / "copy";
  const std::string url = setup.server.url("/file.pth");
  const std::string command = "curl -s -o '" + copy.string() + "' '" + url + "'";
  harness::StoreOptions options;
  options.cache = setup.folder.path() / "cache";
  setup.fetch_ratio = compare(
      state, command, [&] { benchmark::DoNotOptimize(harness::obtain(url, options)); },
      [&] {
        fs::remove(copy);
        fs::remove_all(options.cache);
      });
}

std::string random_bytes() {
  std::mt19937_64 engine(0);
  std::string bytes(kBytes, '\0');
  for (char& byte : bytes) byte = static_cast<char>(engine());
  return bytes;
}

/// A ratio of 0 is a run that measured nothing.
bool within(double ratio, double limit) {
  return ratio > 0.0 && ratio <= limit;
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (std::system("curl --version > /dev/null && sha256sum --version > /dev/null") != 0) {
    return kNoCommand;
  }
  Setup setup;
  harness::write_file_atomic(setup.file, random_bytes());
  const auto add = [&setup](const char* name, void (*work)(benchmark::State&, Setup&)) {
    benchmark::RegisterBenchmark(name,
                                 [&setup, work](benchmark::State& state) { work(state, setup); })
        ->UseManualTime()
        ->Iterations(10)
        ->Unit(benchmark::kMillisecond);
  };
  add("sha256_file", hash_beside_sha256sum);
  add("fetch", fetch_beside_curl);
  benchmark::RunSpecifiedBenchmarks();
  const bool fast =
      within(setup.hash_ratio, kSlowestHash) && within(setup.fetch_ratio, kSlowestFetch);
  return fast ? EXIT_SUCCESS : EXIT_FAILURE;
}
