#pragma once

#include <cstdint>
#include <vector>

#include "harness/base/statistics/interval.h"

namespace harness {

/// Measurements in the order in which they were made, a block of them at a time. Measurements of
/// one block are close to each other in time and therefore alike, so blocks are resampled, not
/// single measurements.
using Blocks = std::vector<std::vector<double>>;

/// The median of all measurements; NaN when there are none.
double median_of_blocks(const Blocks& blocks);

/// Percentile bootstrap (Efron and Tibshirani 1993, chapter 13) of median_of_blocks() over 2000
/// draws of as many blocks: a 95 % interval. Deterministic: draw k of resample r is a function of
/// (r, k) alone. NaN for fewer than two blocks or a block without measurements.
Interval median_interval(const Blocks& blocks);

/// How many times as large the reference is: the median over rounds of the reference block's median
/// over the other block's. Block i of both was measured in round i, so that what changes slowly
/// (clocks, temperature) cancels. NaN for different numbers of blocks, or none.
double median_ratio(const Blocks& reference, const Blocks& other);

/// The bootstrap of median_ratio() over rounds.
Interval ratio_interval(const Blocks& reference, const Blocks& other);

}  // namespace harness
