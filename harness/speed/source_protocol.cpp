#include "harness/speed/source_protocol.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "harness/speed/clock_watch.h"
#include "harness/speed/cudnn_switches.h"
#include "harness/speed/device_clock.h"

namespace harness {
namespace {

constexpr std::int64_t kWarmup = 5;
constexpr std::int64_t kLeast = 2;

std::vector<double> timed(TimedNetwork& network, const std::vector<torch::Tensor>& images,
                          const SourceProtocolOptions& options) {
  const auto start = HostClock::now();
  std::vector<double> seconds;
  while (std::ssize(seconds) < options.images) {
    const std::chrono::duration<double> elapsed = HostClock::now() - start;
    if (std::ssize(seconds) >= kLeast && elapsed.count() > options.limit_seconds) break;
    seconds.push_back(network.seconds_of(images[seconds.size() % images.size()]));
    if (options.progress) options.progress(std::ssize(seconds));
  }
  return seconds;
}

}  // namespace

SourceProtocolRecord run_source_protocol(TimedNetwork& network,
                                         const std::vector<torch::Tensor>& images,
                                         const SourceProtocolOptions& options) {
  TORCH_CHECK(!images.empty() && options.images >= kLeast,
              "expected an image and two runs or more, got ", images.size(), " and ",
              options.images);
  const CudnnSwitches as_in_the_source(/*benchmark=*/false, /*deterministic=*/false);
  ClockWatch watch(options.monitor);
  std::vector<double> seconds = timed(network, images, options);
  SourceProtocolRecord record;
  record.clocks = watch.stop();
  record.wanted = options.images;
  record.warmup = std::min(kWarmup, std::ssize(seconds) - 1);
  seconds.erase(seconds.begin(), seconds.begin() + record.warmup);
  record.images_per_second =
      static_cast<double>(seconds.size()) / std::accumulate(seconds.begin(), seconds.end(), 0.0);
  record.seconds = std::move(seconds);
  return record;
}

}  // namespace harness
