#include "harness/judge/rules/evaluated/speed_doubts.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>
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
constexpr double kWarmupSeconds = 1.0;  ///< On a GPU (worker/speed_job.cpp).
/// A GPU's clocks differ by a few per cent while it works.
constexpr double kSlowClock = 0.5;
constexpr double kSteadyRoof = 1.5;
/// At sizes that are worth timing, a network's time is its kernels'.
constexpr double kLeastComputing = 0.8;
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

/// A clock that fell without a reason. recorded: with the environment, in MHz.
std::string slow_clock(std::string_view what, const SpreadRecord& spread,
                       const std::optional<std::int64_t>& recorded) {
  const double fastest = std::max(spread.max, static_cast<double>(recorded.value_or(0)));
  if (!(spread.median < kSlowClock * fastest)) return "";
  return fmt::format("{} at {} of {} MHz", what, short_text(spread.median), short_text(fastest));
}

std::vector<std::string> causes_of(const ClocksRecord& clocks,
                                   const std::optional<GpuRecord>& gpu) {
  std::vector<std::string> causes = untold(clocks);
  for (auto slow : {slow_clock("its clock", clocks.sm_mhz, gpu ? gpu->sm_clock_mhz : std::nullopt),
                    slow_clock("its memory's clock", clocks.memory_mhz,
                               gpu ? gpu->memory_clock_mhz : std::nullopt)}) {
    if (!slow.empty()) causes.push_back(std::move(slow));
  }
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

/// Which roof of this arithmetic is not the same after as it was before; "" where none was
/// measured.
std::string roof_change(const SpeedRecord& record, const std::string& precision) {
  if (!record.roof_before || !record.roof_after) return "";
  const auto member = precision == "fp32" ? &RoofRecord::fp32_tflops : &RoofRecord::half_tflops;
  const double before = ((*record.roof_before).*member).best;
  const double after = ((*record.roof_after).*member).best;
  if (before <= kSteadyRoof * after && after <= kSteadyRoof * before) return "";
  return fmt::format("the GPU's roof was {} TFLOP/s before and {} after", short_text(before),
                     short_text(after));
}

}  // namespace

std::string disturbance(const RunResult& result, const std::optional<ClocksRecord>& clocks) {
  if (result.device != "cuda") return "";
  if (!clocks) return "nobody watched the GPU's clocks";
  const auto causes = causes_of(*clocks, result.environment.gpu);
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
  if (std::string change = roof_change(record, result.precision); !change.empty()) return change;
  const double rate = network_rate(record);
  if (rate <= kRoofSlack * roof || has_census(record)) return "";
  return fmt::format(
      "the network does {} TFLOP/s where the roof is {}, and no kernel was seen that could tell "
      "why",
      short_text(rate / 1e12), short_text(roof / 1e12));
}

std::string unexplained(const RunResult& result, const SpeedRecord& record) {
  if (result.device != "cuda" || !has_census(record) || !record.own) return "";
  const double computing = computing_seconds(*record.kernels);
  if (computing >= kLeastComputing * record.own->network.median) return "";
  return fmt::format("the kernels that were seen compute for {} s, the network takes {} s",
                     short_text(computing), short_text(record.own->network.median));
}

std::string coldness(const RunResult& result, const OwnProtocolRecord& own) {
  if (result.device != "cuda" || own.warmup_seconds >= kWarmupSeconds) return "";
  return fmt::format("a GPU was warmed up for {} s, our protocol does so for {} s",
                     short_text(own.warmup_seconds), short_text(kWarmupSeconds));
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
