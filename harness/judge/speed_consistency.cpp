#include "harness/judge/speed_consistency.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "harness/arithmetic/gpu_peak.h"
#include "harness/arithmetic/kernel_class.h"
#include "harness/base/number_text.h"
#include "harness/base/statistics/block_bootstrap.h"
#include "harness/base/text.h"
#include "harness/judge/counts.h"
#include "harness/table/model_cost.h"

namespace harness {
namespace {

/// Sums and quotients of doubles that were written and read again differ in their last places.
constexpr std::int64_t kWarmup = 5;
/// The device's clock and the host's are not the same.
constexpr double kClockSlack = 1.05;
/// Kernels of one image, of which the clock may be another one than when images were timed.
constexpr double kKernelSlack = 1.1;
/// Winograd's F(4 x 4, 3 x 3) does 36 of 144 products (arXiv 1509.09308).
constexpr double kWinograd = 4.0;

bool is_as_computed(double recorded, double computed) {
  if (std::isnan(recorded) && std::isnan(computed)) return true;
  return std::abs(recorded - computed) <= kLastPlaces * std::abs(computed);
}

std::string other_number(std::string_view name, double recorded, double computed) {
  if (is_as_computed(recorded, computed)) return "";
  return fmt::format("{} is {}, and its times give {}", name, short_text(recorded, 8),
                     short_text(computed, 8));
}

bool are_times(const std::vector<double>& seconds) {
  return !seconds.empty() &&
         std::ranges::all_of(seconds, [](double one) { return std::isfinite(one) && one > 0.0; });
}

bool are_times(const Blocks& blocks) {
  return !blocks.empty() &&
         std::ranges::all_of(blocks, [](const auto& block) { return are_times(block); });
}

std::string setup_defect(const SpeedRecord& record) {
  const SpeedSetup& setup = record.setup;
  if (std::min(setup.height, setup.width) <= 0 ||
      std::max(setup.height, setup.width) > kLongestSide) {
    return fmt::format("images of {} x {}", setup.width, setup.height);
  }
  if (setup.layout != "contiguous" && setup.layout != "channels-last") {
    return fmt::format("the layout \"{}\" is none", setup.layout);
  }
  if (setup.cudnn_benchmark && record.source) {
    return "cuDNN benchmarked, which the source's protocol excludes";
  }
  return "";
}

std::string cost_defect(const ImageCostRecord& image) {
  const bool works = image.convolution_flops > 0.0 && std::isfinite(image.convolution_flops);
  if (!works || image.weights_bytes <= 0 || image.peak_bytes < image.weights_bytes) {
    return fmt::format("{} operations, {} bytes of weights and {} at the peak",
                       short_text(image.convolution_flops), image.weights_bytes, image.peak_bytes);
  }
  if (image.logits_elements <= 0) return "an image without logits";
  // With them the stage ends before anything is timed.
  if (image.logits_non_finite == 0) return "";
  return fmt::format("{} of {} logits are not finite", image.logits_non_finite,
                     image.logits_elements);
}

bool is_ordered(const SpreadRecord& spread) {
  const bool has_none =
      std::isnan(spread.min) && std::isnan(spread.median) && std::isnan(spread.max);
  return has_none || (spread.min >= 0.0 && spread.min <= spread.median &&
                      spread.median <= spread.max && std::isfinite(spread.max));
}

std::string clocks_defect(const std::optional<ClocksRecord>& clocks) {
  if (!clocks) return "";
  if (clocks->samples <= 0) return "clocks without a sample";
  for (const auto& [reason, samples] : clocks->reasons) {
    if (samples > 0 && samples <= clocks->samples) continue;
    return fmt::format("{} in {} of {} samples of the clocks", reason, samples, clocks->samples);
  }
  const bool ordered = is_ordered(clocks->sm_mhz) && is_ordered(clocks->memory_mhz) &&
                       is_ordered(clocks->power_w) && is_ordered(clocks->temperature_c);
  if (ordered && clocks->other_processes.value_or(0) >= 0) return "";
  return "clocks below 0, or whose median is not between the least and the largest";
}

std::string source_defect(const std::optional<SourceProtocolRecord>& source) {
  if (!source) return "";
  if (!are_times(source->seconds)) return "a time of the source's protocol is not above 0";
  const auto images = std::ssize(source->seconds);
  if (source->warmup < 0 || source->warmup > kWarmup || source->warmup + images > source->wanted) {
    return fmt::format("{} of {} images were timed after {} of warm-up", images, source->wanted,
                       source->warmup);
  }
  const double sum = std::accumulate(source->seconds.begin(), source->seconds.end(), 0.0);
  return first_of(
      {other_number("the rate", source->images_per_second, static_cast<double>(images) / sum),
       clocks_defect(source->clocks)});
}

std::string speedup_defect(const OwnProtocolRecord& own) {
  if (!own.speedup) return "";
  const SpeedupRecord& speedup = *own.speedup;
  if (!are_times(speedup.reference_seconds)) return "a time of the reference is not above 0";
  const Interval interval = ratio_interval(speedup.reference_seconds, own.seconds);
  return first_of({other_number("the speed-up", speedup.ratio,
                                median_ratio(speedup.reference_seconds, own.seconds)),
                   other_number("its lower end", speedup.low, interval.low),
                   other_number("its upper end", speedup.high, interval.high)});
}

std::string parts_of_image_defect(const OwnProtocolRecord& own) {
  const bool positive = own.network.median > 0.0 && own.postprocess.median > 0.0;
  if (positive && own.network.median <= own.image.median * kClockSlack &&
      own.postprocess.median <= own.image.median * kClockSlack) {
    return "";
  }
  return fmt::format("an image takes {} s, its network {} s and the rest {} s",
                     short_text(own.image.median), short_text(own.network.median),
                     short_text(own.postprocess.median));
}

bool is_ordered(double low, double middle, double high) {
  return low > 0.0 && low <= middle && middle <= high && std::isfinite(high);
}

/// What is timed apart has an interval where the whole image has one: not over a single block.
std::string interval_defect(std::string_view what, const MedianRecord& image, double low,
                            double middle, double high) {
  const bool none = std::isnan(image.low) && std::isnan(image.high) && std::isnan(low) &&
                    std::isnan(high) && middle > 0.0 && std::isfinite(middle);
  if (none || is_ordered(low, middle, high)) return "";
  return fmt::format("{} is {}, with an interval from {} to {}", what, short_text(middle),
                     short_text(low), short_text(high));
}

std::string intervals_defect(const OwnProtocolRecord& own) {
  const MedianRecord& network = own.network;
  const MedianRecord& rest = own.postprocess;
  const std::string defect = first_of(
      {interval_defect("the network's time", own.image, network.low, network.median, network.high),
       interval_defect("the time after the network", own.image, rest.low, rest.median, rest.high)});
  if (!defect.empty() || !own.speedup) return defect;
  const SpeedupRecord& speedup = *own.speedup;
  return interval_defect("the network's speed-up", own.image, speedup.network_low,
                         speedup.network_ratio, speedup.network_high);
}

std::string own_defect(const std::optional<OwnProtocolRecord>& own) {
  if (!own) return "";
  // Two images each at least are run before any is timed.
  if (!(own->warmup_seconds > 0.0) || !std::isfinite(own->warmup_seconds)) {
    return fmt::format("a warm-up of {} s", short_text(own->warmup_seconds));
  }
  if (!are_times(own->seconds)) return "a time of our own protocol is not above 0";
  const Interval interval = median_interval(own->seconds);
  return first_of({other_number("the median", own->image.median, median_of_blocks(own->seconds)),
                   other_number("its lower end", own->image.low, interval.low),
                   other_number("its upper end", own->image.high, interval.high),
                   other_number("the rate", own->images_per_second, 1.0 / own->image.median),
                   parts_of_image_defect(*own), speedup_defect(*own), intervals_defect(*own),
                   clocks_defect(own->clocks)});
}

std::string kernels_defect(const std::optional<KernelCensusRecord>& census) {
  if (!census) return "";
  if (census->absence.empty() == census->kernels.empty()) {
    return census->kernels.empty() ? "no kernel, and no reason for that"
                                   : "kernels, and a reason why there are none";
  }
  std::map<std::string, double> seconds;
  for (const auto& kernel : census->kernels) {
    if (kernel.calls <= 0 || !(kernel.seconds >= 0.0) || !std::isfinite(kernel.seconds)) {
      return fmt::format("{} calls of {} in {} s", kernel.calls, kernel.name,
                         short_text(kernel.seconds));
    }
    seconds[kernel.kind] += kernel.seconds;
  }
  const bool same = std::ranges::equal(seconds, census->seconds, [](const auto& a, const auto& b) {
    return a.first == b.first && is_as_computed(a.second, b.second);
  });
  return same ? "" : "the seconds of the kinds of kernels are not those of the kernels";
}

std::string achieved_defect(std::string_view what, const AchievedRecord& achieved) {
  if (achieved.repetitions > 0 && achieved.median > 0.0 && achieved.best >= achieved.median &&
      std::isfinite(achieved.best)) {
    return "";
  }
  return fmt::format("{}: a best of {} and a median of {} over {} repetitions", what,
                     short_text(achieved.best), short_text(achieved.median), achieved.repetitions);
}

std::string roof_defect(const std::optional<RoofRecord>& roof) {
  if (!roof) return "";
  return first_of({achieved_defect("products in half", roof->half_tflops),
                   achieved_defect("products in FP32", roof->fp32_tflops),
                   achieved_defect("copies", roof->copy_gb_per_s)});
}

/// Both are measured by one process, or none is.
std::string roofs_defect(const SpeedRecord& record) {
  if (record.roof_before.has_value() != record.roof_after.has_value()) {
    return fmt::format("a roof was measured {} all that was timed, and none {} it",
                       record.roof_before ? "before" : "after",
                       record.roof_before ? "after" : "before");
  }
  if (!record.roof_before) return "";
  if (record.roof_before->matrix_size == record.roof_after->matrix_size &&
      record.roof_before->copy_bytes == record.roof_after->copy_bytes) {
    return first_of({roof_defect(record.roof_before), roof_defect(record.roof_after)});
  }
  return "the two roofs are of products and copies of other sizes";
}

/// The highest clock that the record knows of; where it knows none, one that no GPU has.
double highest_clock_mhz(const RunResult& result, const SpeedRecord& record) {
  constexpr double kOfNone = 4000.0;
  double highest = 0.0;
  const auto& gpu = result.environment.gpu;
  if (gpu && gpu->sm_clock_mhz) highest = static_cast<double>(*gpu->sm_clock_mhz);
  const auto look = [&](const std::optional<ClocksRecord>& clocks) {
    if (clocks && clocks->sm_mhz.max > highest) highest = clocks->sm_mhz.max;
  };
  if (record.source) look(record.source->clocks);
  if (record.own) look(record.own->clocks);
  return highest > 0.0 ? highest : kOfNone;
}

/// A roof that the whole chip does not reach was not measured on it. A clock may have been higher
/// for a moment than when it was looked at.
std::string chip_excess(const RunResult& result, const SpeedRecord& record) {
  constexpr double kMoment = 1.25;
  const auto& gpu = result.environment.gpu;
  if (result.device != "cuda" || !gpu) return "";
  const double clock = kMoment * highest_clock_mhz(result, record);
  const double half = gpu_peak(gpu->compute_capability, ElementType::kFloat16, clock) / 1e12;
  const double single = gpu_peak(gpu->compute_capability, ElementType::kFloat32, clock) / 1e12;
  for (const auto* roof : {&record.roof_before, &record.roof_after}) {
    if (!*roof || !(half > 0.0)) continue;
    const double of_half = (*roof)->half_tflops.best;
    const double of_single = (*roof)->fp32_tflops.best;
    if (of_half <= half && of_single <= single) continue;
    return fmt::format(
        "roofs of {} and {} TFLOP/s in half and FP32, a chip of compute capability {} does {} and "
        "{} at most",
        short_text(of_half), short_text(of_single), gpu->compute_capability, short_text(half),
        short_text(single));
  }
  return "";
}

/// The time of one image's network; of the whole image where it was not timed apart.
double network_seconds(const SpeedRecord& record) {
  if (record.own) return record.own->network.median;
  return record.source ? 1.0 / record.source->images_per_second : kNotMeasured;
}

bool is_winograd(const KernelRecord& kernel) {
  return lower_case(kernel.name).find("winograd") != std::string::npos;
}

/// How many times as fast as the roof the network may be: every kernel may be Winograd's where none
/// was seen, else those of that name, in the time that they took.
double winograd_factor(const SpeedRecord& record) {
  if (!has_census(record)) return kWinograd;
  double seconds = 0.0;
  for (const auto& kernel : record.kernels->kernels) {
    if (is_winograd(kernel)) seconds += kernel.seconds;
  }
  const double share = std::min(1.0, kKernelSlack * seconds / network_seconds(record));
  return 1.0 + (kWinograd - 1.0) * share;
}

/// A network that is faster than the GPU was not waited for.
std::string roof_excess(const RunResult& result, const SpeedRecord& record) {
  const double roof = roof_of(record, result.precision);
  const double rate = network_rate(record);
  if (!(roof > 0.0) || std::isnan(rate)) return "";
  if (rate <= kRoofSlack * winograd_factor(record) * roof) return "";
  return fmt::format("the network does {} TFLOP/s, and the roof is {}", short_text(rate / 1e12),
                     short_text(roof / 1e12));
}

/// On a CPU other work may come between the two protocols: there it is a doubt (speed_doubts.h).
std::string protocols_defect(const RunResult& result, const SpeedRecord& record) {
  return result.device == "cuda" ? other_rate(record) : "";
}

std::string kernels_excess(const SpeedRecord& record) {
  if (!record.own || !record.kernels) return "";
  const OwnProtocolRecord& own = *record.own;
  const double seconds = kernel_seconds(*record.kernels);
  if (seconds > kKernelSlack * own.image.median) {
    return fmt::format("the kernels of an image take {} s, and an image {} s", short_text(seconds),
                       short_text(own.image.median));
  }
  const double computing = computing_seconds(*record.kernels);
  const double timed = own.network.median + own.postprocess.median;
  if (computing <= kKernelSlack * timed) return "";
  return fmt::format("the kernels that compute take {} s, and the network and the rest {} s",
                     short_text(computing), short_text(timed));
}

/// What only a GPU has.
std::string device_defect(const RunResult& result, const SpeedRecord& record) {
  const bool has_clocks =
      (record.source && record.source->clocks) || (record.own && record.own->clocks);
  const bool has_more = record.kernels || record.roof_before || record.roof_after ||
                        record.setup.pinned || has_clocks;
  if (result.device == "cuda" || !has_more) return "";
  return "kernels, clocks or a roof of a GPU on " + result.device;
}

std::string switches_defect(const RunResult& result, const SpeedRecord& record) {
  const auto& library = result.environment.library;
  const bool benchmark = library && library->cudnn.benchmark;
  if (result.device != "cuda" || benchmark == record.setup.cudnn_benchmark) return "";
  return fmt::format("cuDNN's benchmark is {} where it was asked to be {}",
                     benchmark ? "on" : "off", record.setup.cudnn_benchmark ? "on" : "off");
}

std::string reference_defect(const RunResult& result, const SpeedRecord& record) {
  if (!record.own) return "";
  const bool is_reference = result.precision == "fp32";
  if (is_reference == !record.own->speedup.has_value() &&
      (is_reference || record.own->speedup->reference == "fp32")) {
    return "";
  }
  return fmt::format("{} is compared with {}", result.precision,
                     record.own->speedup ? record.own->speedup->reference : "nothing");
}

}  // namespace

double roof_of(const SpeedRecord& record, const std::string& precision) {
  double best = 0.0;
  for (const auto* roof : {&record.roof_before, &record.roof_after}) {
    if (!*roof || precision == "fp64") continue;
    const auto& achieved = precision == "fp32" ? (*roof)->fp32_tflops : (*roof)->half_tflops;
    best = std::max(best, achieved.best * 1e12);
  }
  return best;
}

double network_rate(const SpeedRecord& record) {
  return record.image.convolution_flops / network_seconds(record);
}

bool has_census(const SpeedRecord& record) {
  return record.kernels && !record.kernels->kernels.empty();
}

std::string other_rate(const SpeedRecord& record) {
  constexpr double kProtocolSlack = 1.5;
  if (!record.source || !record.own) return "";
  const double quotient = record.source->images_per_second / record.own->images_per_second;
  if (quotient <= kProtocolSlack && quotient >= 1.0 / kProtocolSlack) return "";
  return fmt::format("{} images per second by the source's protocol and {} by our own",
                     short_text(record.source->images_per_second),
                     short_text(record.own->images_per_second));
}

bool may_convolve(const KernelRecord& kernel) {
  const auto& operation = kernel.operation;
  return operation.empty() || operation.find("conv") != std::string::npos ||
         operation.find("mm") != std::string::npos;
}

std::string kernels_shortfall(const RunResult& result, const SpeedRecord& record) {
  const double roof = roof_of(record, result.precision);
  if (!has_census(record) || !(roof > 0.0)) return "";
  double seconds = 0.0;
  double possible = 0.0;
  for (const auto& kernel : record.kernels->kernels) {
    if (!may_convolve(kernel)) continue;
    seconds += kernel.seconds;
    possible += kernel.seconds * roof * (is_winograd(kernel) ? kWinograd : 1.0);
  }
  if (record.image.convolution_flops <= kRoofSlack * kKernelSlack * possible) return "";
  return fmt::format(
      "the kernels of convolutions that were seen take {} s, too few for {} TFLOP at {} TFLOP/s",
      short_text(seconds), short_text(record.image.convolution_flops / 1e12),
      short_text(roof / 1e12));
}

double computing_seconds(const KernelCensusRecord& census) {
  double seconds = 0.0;
  for (const auto& kernel : census.kernels) {
    if (kernel_class(kernel.name, kernel.operation) != KernelClass::kCopy) {
      seconds += kernel.seconds;
    }
  }
  return seconds;
}

double kernel_seconds(const KernelCensusRecord& census) {
  return std::accumulate(
      census.kernels.begin(), census.kernels.end(), 0.0,
      [](double sum, const KernelRecord& kernel) { return sum + kernel.seconds; });
}

std::string inconsistency(const RunResult& result, const SpeedRecord& record) {
  return first_of({setup_defect(record), cost_defect(record.image), source_defect(record.source),
                   own_defect(record.own), kernels_defect(record.kernels), roofs_defect(record),
                   device_defect(result, record), switches_defect(result, record),
                   reference_defect(result, record), chip_excess(result, record),
                   roof_excess(result, record), protocols_defect(result, record),
                   kernels_excess(record)});
}

}  // namespace harness
