#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/rules/paper/paper_statement.h"

namespace harness {
namespace {

constexpr double kOneRounding = 0x1p-11;

Finding judge_dot_products(const Json& measured) {
  const Json* rows = find_at(measured, {"dot_products"});
  if (rows == nullptr || !rows->is_array() || rows->empty()) return no_number("dot products");
  double single = 0.0;
  for (const auto& row : *rows) {
    const double error = must(row, {"single_error"});
    if (!std::isfinite(error)) return no_number("an error of FP32 accumulation");
    single = std::max(single, error);
  }
  const Json& longest = rows->back();
  const bool overflowed = find_at(longest, {"half"}) != nullptr && longest.at("half").is_null();
  const double half =
      overflowed ? std::numeric_limits<double>::infinity() : must(longest, {"half_error"});
  constexpr double kFactor = 10.0;
  const bool pass = single <= 1.01 * kOneRounding && half >= kFactor * kOneRounding;
  return with_bound(
      compared(pass, number_or_null(100.0 * half),
               "relative error of " + count_text(count_at(longest, {"length"}).value_or(0)) +
                   " positive products: " + percent(half) +
                   " accumulated in half; accumulated in "
                   "FP32 at most " +
                   percent(single) + " at any length, one rounding is " + percent(kOneRounding)),
      "min", 100.0 * kFactor * kOneRounding,
      "ten times what the one rounding costs that FP32 accumulation is allowed");
}

Finding judge_statistics(const Json& measured) {
  const Json* rows = find_at(measured, {"statistics"});
  if (rows == nullptr || !rows->is_array()) return no_number("means of batch norm");
  std::int64_t held = 0, stagnated = 0, overflowed = 0, single_wrong = 0;
  for (const auto& row : *rows) {
    const double value = must(row, {"value"});
    const double half = must(row, {"half_mean"});
    const Json* overflow = find_at(row, {"half_overflows"});
    if (overflow != nullptr && *overflow == true) ++overflowed;
    if (half == value) ++held;
    if (half < 0.5 * value) ++stagnated;
    if (!(must(row, {"single_mean"}) == value)) ++single_wrong;
  }
  if (rows->empty()) return no_number("means of batch norm");
  return compared(held > 0 && stagnated > 0 && overflowed > 0 && single_wrong == 0,
                  stagnated + overflowed,
                  "means of equal values: in half " + count_text(stagnated) + " stagnate, " +
                      count_text(overflowed) + " overflow and " + count_text(held) +
                      " (few values, the control) is right; in FP32 " + count_text(single_wrong) +
                      " are wrong");
}

Finding judge_kernels(const Json& measured) {
  const double sum = must(measured, {"kernels", "sum_of_ones", "measured"});
  const double length = must(measured, {"kernels", "sum_of_ones", "length"});
  const double mean = must(measured, {"kernels", "batch_norm_mean", "measured"});
  const double value = must(measured, {"kernels", "batch_norm_mean", "value"});
  if (!std::isfinite(sum) || !std::isfinite(mean)) return no_number("sums of the kernels");
  return compared(sum == length && mean == value && length > 2048.0, sum,
                  "a half convolution over " + short_text(length) + " ones gives " +
                      short_text(sum) +
                      " (half accumulation ends at 2048), half batch norm the "
                      "mean " +
                      short_text(mean) + " of values " + short_text(value));
}

Finding judge_activations(const Json& measured) {
  const auto channels = count_at(measured, {"activations", "channels"}).value_or(0);
  const auto half = count_at(measured, {"activations", "half_off"});
  const auto single = count_at(measured, {"activations", "single_off"});
  if (channels == 0 || !half || !single) return no_number("channels of the row");
  const double share = static_cast<double>(*half) / static_cast<double>(channels);
  return with_bound(
      compared(share >= kNoticeableShare && *single == 0, 100.0 * share,
               "statistics of " + count_text(*half) + " of " + count_text(channels) +
                   " channels are off by more than 1 % when accumulated in half, of " +
                   count_text(*single) + " in FP32"),
      "min", 100.0 * kNoticeableShare, kNoticeableReason);
}

constexpr auto kAccumulation = std::to_array<PaperStatement>({
    {"dot-products", "3.3", "products are to be added up in FP32", "%", judge_dot_products},
    {"statistics", "3.3", "batch norm's sums are to be made in FP32", "", judge_statistics},
    {"activations", "3.3", "the same of what the row's convolutions compute", "%",
     judge_activations},
    {"kernels", "3.3", "control: the kernels of the rows add up in FP32", "", judge_kernels},
});

}  // namespace

std::span<const PaperStatement> accumulation_statements() {
  return kAccumulation;
}

}  // namespace harness
