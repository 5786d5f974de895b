#include "harness/cli/result_comparison.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "harness/record/speed_record.h"

namespace harness {
namespace {

bool is_of_the_machine(const Json::json_pointer& place) {
  if (place.empty()) return false;
  const std::string& key = place.back();
  if (key == "seconds" || key.ends_with("_seconds") || key.ends_with("_per_second") ||
      key == "peak_bytes") {
    return true;
  }
  const bool is_bound = key == "median" || key == "min" || key == "max";
  const Json::json_pointer parent = place.parent_pointer();
  return is_bound && !parent.empty() && parent.back() == "seconds_per_image";
}

/// Whether the protocol's time was over before all images that were asked for had been timed.
bool is_cut_short(const SpeedRecord& record) {
  return record.source &&
         record.source->warmup + std::ssize(record.source->seconds) < record.source->wanted;
}

/// The number of images stays unless one of the two results was cut short: the clock did that.
void forget_times(SourceProtocolRecord& source, bool any_is_cut_short) {
  std::ranges::fill(source.seconds, 0.0);
  source.images_per_second = kNotMeasured;
  source.clocks.reset();
  if (!any_is_cut_short) return;
  source.seconds.clear();
  source.warmup = 0;
}

OwnProtocolRecord without_times(const OwnProtocolRecord& own) {
  OwnProtocolRecord rest;
  if (own.speedup) rest.speedup.emplace().reference = own.speedup->reference;
  return rest;
}

void forget_times(KernelCensusRecord& census) {
  for (auto& kernel : census.kernels) kernel.seconds = 0.0;
  for (auto& [kind, seconds] : census.seconds) seconds = 0.0;
  std::ranges::sort(census.kernels, {}, [](const KernelRecord& kernel) {
    return std::tie(kernel.name, kernel.operation, kernel.kind, kernel.calls);
  });
}

void forget_times(RoofRecord& roof) {
  for (AchievedRecord* rate : {&roof.half_tflops, &roof.fp32_tflops, &roof.copy_gb_per_s}) {
    rate->best = rate->median = kNotMeasured;
  }
}

Json without_times(SpeedRecord record, bool any_is_cut_short) {
  if (record.source) forget_times(*record.source, any_is_cut_short);
  if (record.own) record.own = without_times(*record.own);
  if (record.kernels) forget_times(*record.kernels);
  for (auto* roof : {&record.roof_before, &record.roof_after}) {
    if (*roof) forget_times(**roof);
  }
  return record_to_json(record);
}

/// Two results' measurements without those times that their keys alone do not tell.
std::pair<Json, Json> comparable(const RunResult& a, const RunResult& b) {
  if (a.stage != "speed") return {a.measurements, b.measurements};
  const auto speed_a = measurements_of<SpeedRecord>(a);
  const auto speed_b = measurements_of<SpeedRecord>(b);
  const bool any_is_cut_short = is_cut_short(speed_a) || is_cut_short(speed_b);
  return {without_times(speed_a, any_is_cut_short), without_times(speed_b, any_is_cut_short)};
}

}  // namespace

std::string first_difference(const RunResult& a, const RunResult& b) {
  const auto [of_a, of_b] = comparable(a, b);
  const Json changes = Json::diff(of_a, of_b);
  for (const auto& change : changes) {
    const auto place = change.at("path").get<std::string>();
    if (!is_of_the_machine(Json::json_pointer(place))) return "measurements" + place;
  }
  return "";
}

}  // namespace harness
