#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/judge/rules/paper/paper_statement.h"

namespace harness {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kOneRounding = 0x1p-11;
/// From this sum on, adding one (or further equal values) changes nothing in half.
constexpr std::int64_t kHalfStagnates = 2048;
/// The products that the statement is about.
constexpr std::int64_t kLongest = 65536;

/// Infinite where the sum itself overflows; NaN where it was not measured.
double half_error(const DotProductRecord& sum) {
  return sum.half_overflows ? kInfinity : sum.half_error;
}

Finding judge_dot_products(const AccumulationRecord& record) {
  if (record.dot_products.empty()) return no_number("dot products");
  double single = 0.0;
  const DotProductRecord* longest = &record.dot_products.front();
  for (const auto& sum : record.dot_products) {
    if (!std::isfinite(sum.single_error) || sum.single_error < 0.0 || !(half_error(sum) >= 0.0)) {
      return no_number("an error of a dot product");
    }
    single = std::max(single, sum.single_error);
    if (sum.length > longest->length) longest = &sum;
  }
  constexpr double kFactor = 10.0;
  const double half = half_error(*longest);
  const bool pass = longest->length >= kLongest && single <= 1.01 * kOneRounding &&
                    half >= kFactor * kOneRounding;
  return with_bound(
      pass_or_fail(pass, number_or_null(100.0 * half),
                   fmt::format("relative error of {} positive products: {} accumulated in half; "
                               "accumulated in FP32 at most {} at any length, one rounding is {}",
                               count_text(longest->length), percent(half), percent(single),
                               percent(kOneRounding))),
      "min", 100.0 * kFactor * kOneRounding,
      "ten times what the one rounding costs that FP32 accumulation is allowed");
}

/// Outcomes of the means of equal values. The means that half gets right are the control: they are
/// over fewer values than those it gets wrong.
struct Means {
  std::int64_t held = 0, stagnated = 0, overflowed = 0, single_wrong = 0;
  std::int64_t longest_held = 0;
  std::int64_t shortest_lost = std::numeric_limits<std::int64_t>::max();

  void add(const EqualValuesMean& mean) {
    if (mean.half_overflows) ++overflowed;
    if (mean.half_mean < 0.5 * mean.value) ++stagnated;
    if (mean.half_mean == mean.value) {
      ++held;
      longest_held = std::max(longest_held, mean.count);
    } else {
      shortest_lost = std::min(shortest_lost, mean.count);
    }
    if (!(mean.single_mean == mean.value)) ++single_wrong;
  }
  bool shows_the_statement() const {
    return held > 0 && stagnated > 0 && overflowed > 0 && single_wrong == 0 &&
           longest_held < shortest_lost;
  }
};

Finding judge_statistics(const AccumulationRecord& record) {
  Means means;
  for (const auto& mean : record.statistics) {
    const bool measured = mean.half_overflows || std::isfinite(mean.half_mean);
    if (!measured || !(mean.value > 0.0) || mean.count <= 0)
      return no_number("means of batch norm");
    means.add(mean);
  }
  if (record.statistics.empty()) return no_number("means of batch norm");
  return pass_or_fail(means.shows_the_statement(), means.stagnated + means.overflowed,
                      fmt::format("means of equal values: in half {} stagnate, {} overflow and {} "
                                  "(few values, the control) is right; in FP32 {} are wrong",
                                  count_text(means.stagnated), count_text(means.overflowed),
                                  count_text(means.held), count_text(means.single_wrong)));
}

Finding judge_kernels(const AccumulationRecord& record) {
  const KernelSums& kernels = record.kernels;
  if (!std::isfinite(kernels.sum_of_ones) || !std::isfinite(kernels.batch_norm_mean)) {
    return no_number("sums of the kernels");
  }
  const bool long_enough = kernels.ones > kHalfStagnates && kernels.count > kHalfStagnates;
  const bool pass = long_enough && kernels.sum_of_ones == static_cast<double>(kernels.ones) &&
                    kernels.batch_norm_mean == kernels.value;
  return pass_or_fail(pass, kernels.sum_of_ones,
                      fmt::format("a half convolution over {} ones gives {} (half accumulation "
                                  "ends at 2048), half batch norm the mean {} of {} values {}",
                                  count_text(kernels.ones), short_text(kernels.sum_of_ones),
                                  short_text(kernels.batch_norm_mean), count_text(kernels.count),
                                  short_text(kernels.value)));
}

Finding judge_activations(const AccumulationRecord& record) {
  std::int64_t channels = 0, half = 0, single = 0;
  for (const auto& layer : record.activations) {
    const bool counted = 0 <= layer.half_off && layer.half_off <= layer.channels &&
                         0 <= layer.single_off && layer.single_off <= layer.channels;
    if (!counted) return no_number("channels of the row");
    channels += layer.channels;
    half += layer.half_off;
    single += layer.single_off;
  }
  const double share = share_of(half, channels);
  if (!std::isfinite(share)) return no_number("channels of the row");
  return with_bound(
      pass_or_fail(share >= kNoticeableShare && single == 0, 100.0 * share,
                   fmt::format("statistics of {} of {} channels are off by more than 1 % when "
                               "accumulated in half, of {} in FP32",
                               count_text(half), count_text(channels), count_text(single))),
      "min", 100.0 * kNoticeableShare, kNoticeableReason);
}

constexpr auto kAccumulation = std::to_array<PaperRule<AccumulationRecord>>({
    {{"dot-products", "3.3", "products are to be added up in FP32", "%"}, judge_dot_products},
    {{"statistics", "3.3", "batch norm's sums are to be made in FP32", ""}, judge_statistics},
    {{"activations", "3.3", "the same of what the row's convolutions compute", "%"},
     judge_activations},
    {{"kernels", "3.3", "control: the kernels of the rows add up in FP32", ""}, judge_kernels},
});

}  // namespace

std::span<const PaperRule<AccumulationRecord>> accumulation_statements() {
  return kAccumulation;
}

}  // namespace harness
