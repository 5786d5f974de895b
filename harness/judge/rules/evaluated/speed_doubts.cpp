#include "harness/judge/rules/evaluated/speed_doubts.h"

#include <cmath>
#include <numeric>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/number_text.h"
#include "harness/base/system/gpu_monitor.h"
#include "harness/judge/speed_consistency.h"

namespace harness {
namespace {

constexpr std::int64_t kWarmup = 5;  ///< mmseg 0.17.0, tools/benchmark.py.
constexpr std::int64_t kTimedImages = 195;
constexpr std::int64_t kFewestRounds = 5;
constexpr const char* kIdle = "gpu idle";  ///< base/system/gpu_monitor.h

/// record/speed_record.h
constexpr double kReadingsPerSecond = 10.0;

double sum_of(const std::vector<std::vector<double>>& blocks) {
  double sum = 0.0;
  for (const auto& block : blocks) sum = std::accumulate(block.begin(), block.end(), sum);
  return sum;
}

bool is_told(const SpreadRecord& spread) {
  return std::isfinite(spread.min) && std::isfinite(spread.median) && std::isfinite(spread.max);
}

/// Readings without which nobody knows whether the GPU ran as it can. What its power does to the
/// clocks is among the reasons.
std::vector<std::string> untold(const ClocksRecord& clocks) {
  std::vector<std::string> causes;
  if (!is_told(clocks.sm_mhz)) causes.emplace_back("nobody tells of its clock");
  if (!is_told(clocks.memory_mhz)) causes.emplace_back("nobody tells of its memory's clock");
  if (!is_told(clocks.temperature_c)) causes.emplace_back("nobody tells of its temperature");
  if (!clocks.other_processes) causes.emplace_back("nobody tells of other jobs on it");
  return causes;
}

std::vector<std::string> causes_of(const ClocksRecord& clocks) {
  std::vector<std::string> causes = untold(clocks);
  for (const auto& [reason, samples] : clocks.reasons) {
    if (!slows_down(reason)) continue;
    causes.push_back(fmt::format("{} in {} of {} samples", reason, samples, clocks.samples));
  }
  const auto idle = clocks.reasons.find(kIdle);
  if (idle != clocks.reasons.end() && 2 * idle->second >= clocks.samples) {
    causes.push_back(fmt::format("idle in {} of {} samples", idle->second, clocks.samples));
  }
  if (clocks.other_processes.value_or(0) > 0) {
    causes.push_back(plural(*clocks.other_processes, "other job") + " on it");
  }
  return causes;
}

}  // namespace

std::string disturbance(const RunResult& result, const std::optional<ClocksRecord>& clocks) {
  if (result.device != "cuda") return "";
  if (!clocks) return "nobody watched the GPU's clocks";
  const auto causes = causes_of(*clocks);
  if (causes.empty()) return "";
  return fmt::format("the GPU was disturbed: {}", fmt::join(causes, ", "));
}

std::string unwatched(const std::optional<ClocksRecord>& clocks, double seconds) {
  if (!clocks) return "";
  const double expected = kReadingsPerSecond * seconds;
  if (2.0 * static_cast<double>(clocks->samples) >= std::floor(expected)) return "";
  return fmt::format("the GPU's clocks were read {} times in {} s, expected about {}",
                     clocks->samples, short_text(seconds), short_text(expected));
}

double seconds_of(const SourceProtocolRecord& source) {
  return std::accumulate(source.seconds.begin(), source.seconds.end(), 0.0);
}

double seconds_of(const OwnProtocolRecord& own) {
  return sum_of(own.seconds) + (own.speedup ? sum_of(own.speedup->reference_seconds) : 0.0);
}

std::string unsteadiness(const RunResult& result, const SpeedRecord& record) {
  return result.device == "cuda" ? "" : other_rate(record);
}

std::string unbounded(const RunResult& result, const SpeedRecord& record) {
  if (result.device != "cuda") return "";
  const double roof = roof_of(record, result.precision);
  if (!(roof > 0.0)) return fmt::format("nobody measured the GPU's roof in {}", result.precision);
  const double rate = network_rate(record);
  if (rate <= kRoofSlack * roof || has_census(record)) return "";
  return fmt::format(
      "the network does {} TFLOP/s where the roof is {}, and no kernel was seen that could tell "
      "why",
      short_text(rate / 1e12), short_text(roof / 1e12));
}

std::string incompleteness(const SourceProtocolRecord& source) {
  const auto images = std::ssize(source.seconds);
  if (source.warmup == kWarmup && images >= kTimedImages) return "";
  return fmt::format("{} images were timed after {} of warm-up, the protocol has {} after {}",
                     images, source.warmup, kTimedImages, kWarmup);
}

std::string too_few_rounds(const OwnProtocolRecord& own) {
  const auto rounds = std::ssize(own.seconds);
  if (rounds >= kFewestRounds) return "";
  return fmt::format("{} give no interval, {} do", plural(rounds, "round"), kFewestRounds);
}

}  // namespace harness
