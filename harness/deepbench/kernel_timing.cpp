#include "harness/deepbench/kernel_timing.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "harness/base/statistics/block_bootstrap.h"
#include "harness/base/statistics/median.h"

namespace harness {
namespace {

constexpr double kWindowSeconds = 0.02;
constexpr double kSteady = 0.05;
constexpr double kWidestInterval = 0.1;
constexpr std::int64_t kBlocks = 10;
constexpr std::int64_t kSamples = 10;  ///< Of a block.
constexpr std::int64_t kLeastBlocks = 5;

class Timer {
 public:
  Timer(const std::function<void()>& run, const KernelTimingOptions& options)
      : run_(run), options_(options) {}

  double seconds_since(std::chrono::steady_clock::time_point start) const {
    return std::chrono::duration<double>(options_.now() - start).count();
  }

  /// The mean over so many calls.
  double sample(std::int64_t calls) const {
    const auto start = options_.now();
    for (std::int64_t i = 0; i < calls; ++i) run_();
    return seconds_since(start) / static_cast<double>(calls);
  }

  /// Returns the last window's median.
  double warm_up(TimingRecord& record) const {
    const auto start = options_.now();
    double latest = window();
    do {
      const double before = latest;
      latest = window();
      record.steady = std::abs(latest - before) <= kSteady * latest;
      record.warmup_s = seconds_since(start);
    } while (!record.steady && record.warmup_s < options_.most_warmup_s);
    return latest;
  }

 private:
  double window() const {
    std::vector<double> samples;
    const auto start = options_.now();
    do {
      samples.push_back(sample(1));
    } while (seconds_since(start) < kWindowSeconds);
    return median(std::move(samples));
  }

  const std::function<void()>& run_;
  const KernelTimingOptions& options_;
};

void measure(const Timer& timer, double call, double seconds, TimingRecord& record) {
  const double sample = seconds / static_cast<double>(kBlocks * kSamples);
  record.calls_per_sample = std::max<std::int64_t>(1, std::llround(std::ceil(sample / call)));
  const double length = call * static_cast<double>(record.calls_per_sample);
  const auto fitting = static_cast<std::int64_t>(seconds / length);
  const std::int64_t blocks = std::clamp(fitting, kLeastBlocks, kBlocks);
  const std::int64_t samples = std::clamp<std::int64_t>(fitting / blocks, 1, kSamples);
  for (std::int64_t block = 0; block < blocks; ++block) {
    auto& times = record.seconds.emplace_back();
    for (std::int64_t i = 0; i < samples; ++i) {
      times.push_back(timer.sample(record.calls_per_sample));
    }
  }
}

void judge_noise(TimingRecord& record) {
  const double width = (record.high_s - record.low_s) / record.median_s;
  record.ambiguous = true;
  if (!record.steady) {
    record.reason = fmt::format("not steady after {:.2g} s of warm-up", record.warmup_s);
  } else if (!(width <= kWidestInterval)) {
    record.reason =
        fmt::format("95 % interval of the median is {:.2g} % wide, at most {:.2g} % is clear",
                    width * 100.0, kWidestInterval * 100.0);
  } else {
    record.ambiguous = false;
  }
}

}  // namespace

TimingRecord time_kernel(const std::function<void()>& run, std::int64_t flops, std::int64_t bytes,
                         const KernelTimingOptions& options) {
  TimingRecord record;
  const Timer timer(run, options);
  measure(timer, timer.warm_up(record), options.seconds, record);
  const Interval interval = median_interval(record.seconds);
  record.median_s = median_of_blocks(record.seconds);
  record.low_s = interval.low;
  record.high_s = interval.high;
  record.flops_per_s = static_cast<double>(flops) / record.median_s;
  record.bytes_per_s = static_cast<double>(bytes) / record.median_s;
  judge_noise(record);
  return record;
}

}  // namespace harness
