#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "harness/record/deepbench_record.h"

namespace harness {

struct KernelTimingOptions {
  double seconds = 0.5;  ///< Of measuring, where a call is not longer.
  double most_warmup_s = 1.0;
  /// The clock, which tests replace.
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

/// Times `run`, which returns when its work is done, on operands that stay the same: caches are
/// warm.
///
/// Warm-up: windows of 20 ms, or of one call where that is longer, until the medians of two in a
/// row agree within 5 %, or `most_warmup_s` are over after two of them. Then 10 blocks of 10
/// samples, each of as many calls as fill a hundredth of `seconds`; fewer samples, but 5 blocks of
/// one, where a call is longer than that. A sample is the mean over its calls, so that reading the
/// clock costs less than 1 % from 1 us on.
///
/// The median has a 95 % interval from resampling blocks (base/statistics/block_bootstrap.h). The
/// time is ambiguous when warm-up did not become steady or the interval is wider than a tenth of
/// the median.
///
/// flops, bytes: of one call, for the rates.
TimingRecord time_kernel(const std::function<void()>& run, std::int64_t flops, std::int64_t bytes,
                         const KernelTimingOptions& options = {});

}  // namespace harness
