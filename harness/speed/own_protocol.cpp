#include "harness/speed/own_protocol.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "harness/base/statistics/block_bootstrap.h"
#include "harness/speed/clock_watch.h"
#include "harness/speed/cudnn_switches.h"
#include "harness/speed/device_clock.h"

namespace harness {
namespace {

constexpr std::int64_t kLeastWarmup = 2;
constexpr std::size_t kLeastRounds = 2;
constexpr double kRoundsAtLeast = 16.0;

/// What is measured of one network.
struct Times {
  std::int64_t block = 1;  ///< Images.
  Blocks image;
  Blocks network;
  Blocks postprocess;
};

class Rounds {
 public:
  Rounds(const std::vector<std::unique_ptr<TimedNetwork>>& networks,
         const std::vector<torch::Tensor>& images, const OwnProtocolOptions& options)
      : networks_(networks), images_(images), options_(options), times_(networks.size()) {}

  /// Returns the seconds that it took.
  double warm_up() {
    const auto start = HostClock::now();
    std::vector<double> latest(networks_.size());
    for (std::int64_t i = 0; i < kLeastWarmup || seconds_since(start) < options_.warmup_seconds;
         ++i) {
      for (std::size_t k = 0; k < networks_.size(); ++k) latest[k] = passage(k).image;
    }
    for (std::size_t k = 0; k < networks_.size(); ++k) {
      const double fitting = options_.seconds / kRoundsAtLeast / latest[k];
      times_[k].block = static_cast<std::int64_t>(
          std::clamp(fitting, 1.0, static_cast<double>(options_.largest_block)));
    }
    return seconds_since(start);
  }

  void run() {
    const double total = options_.seconds * static_cast<double>(networks_.size());
    const auto start = HostClock::now();
    for (std::size_t round = 0; round < kLeastRounds || seconds_since(start) < total; ++round) {
      for (std::size_t i = 0; i < networks_.size(); ++i) {
        run_block(round % 2 == 0 ? i : networks_.size() - 1 - i);
      }
      if (options_.progress) options_.progress(std::min(seconds_since(start), total), total);
    }
  }

  const std::vector<Times>& times() const { return times_; }

 private:
  Passage passage(std::size_t network) {
    return networks_[network]->passage_of(images_[next_image_++ % images_.size()]);
  }

  void run_block(std::size_t network) {
    Times& times = times_[network];
    for (Blocks* blocks : {&times.image, &times.network, &times.postprocess}) {
      blocks->emplace_back();
    }
    for (std::int64_t i = 0; i < times.block; ++i) {
      const Passage one = passage(network);
      times.image.back().push_back(one.image);
      times.network.back().push_back(one.network);
      times.postprocess.back().push_back(one.postprocess);
    }
  }

  const std::vector<std::unique_ptr<TimedNetwork>>& networks_;
  const std::vector<torch::Tensor>& images_;
  const OwnProtocolOptions& options_;
  std::vector<Times> times_;
  std::size_t next_image_ = 0;
};

MedianRecord median_record(const Blocks& blocks) {
  const Interval interval = median_interval(blocks);
  return {median_of_blocks(blocks), interval.low, interval.high};
}

SpeedupRecord speedup_of(const std::string& name, const Times& reference, const Times& times) {
  const Interval image = ratio_interval(reference.image, times.image);
  const Interval network = ratio_interval(reference.network, times.network);
  SpeedupRecord record;
  record.reference = name;
  record.ratio = median_ratio(reference.image, times.image);
  record.low = image.low;
  record.high = image.high;
  record.network_ratio = median_ratio(reference.network, times.network);
  record.network_low = network.low;
  record.network_high = network.high;
  record.reference_seconds = reference.image;
  return record;
}

OwnProtocolRecord record_of(const Times& times) {
  OwnProtocolRecord record;
  record.seconds = times.image;
  record.image = median_record(times.image);
  record.network = median_record(times.network);
  record.postprocess = median_record(times.postprocess);
  record.images_per_second = 1.0 / record.image.median;
  return record;
}

}  // namespace

std::vector<OwnProtocolRecord> run_own_protocol(
    const std::vector<std::unique_ptr<TimedNetwork>>& networks,
    const std::vector<torch::Tensor>& images, const OwnProtocolOptions& options) {
  TORCH_CHECK(!networks.empty() && !images.empty(), "expected a network and an image, got ",
              networks.size(), " and ", images.size());
  const CudnnSwitches switches(options.cudnn_benchmark, /*deterministic=*/false);
  Rounds rounds(networks, images, options);
  const double warmup_seconds = rounds.warm_up();
  ClockWatch watch(options.monitor);
  rounds.run();
  const auto clocks = watch.stop();
  std::vector<OwnProtocolRecord> records;
  for (std::size_t i = 0; i < networks.size(); ++i) {
    records.push_back(record_of(rounds.times()[i]));
    records.back().warmup_seconds = warmup_seconds;
    records.back().clocks = clocks;
    if (i == 0) continue;
    records.back().speedup =
        speedup_of(networks.front()->precision(), rounds.times().front(), rounds.times()[i]);
  }
  return records;
}

}  // namespace harness
