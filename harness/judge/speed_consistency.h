#pragma once

#include <string>

#include "harness/record/run_result.h"
#include "harness/record/speed_record.h"

namespace harness {

/// What in the record cannot be together, in words, or "". Rates, medians, intervals and ratios are
/// computed again from the times that they are of (base/statistics/block_bootstrap.h), kernels are
/// added up, and a CPU has neither kernels nor a driver's clocks. No network is faster than the
/// roof of its arithmetic (by 5 %; in the time that kernels of Winograd's algorithm took, or where
/// no kernel was seen, 4 times as fast), which was measured before all and after it and is none
/// that the GPU's whole chip does not reach at 1.25 of the highest clock that was seen (gpu_peak();
/// a roof that is too high by less than that cannot be told, since no record says how many
/// multiprocessors a card has); the kernels of
/// an image take no longer than an image, and those that compute no longer than the network and
/// what follows it (each by 10 %), and on a GPU the rates of both protocols differ by no more than
/// a factor of 1.5 and the choice of cuDNN's algorithms is the one that was asked for.
std::string inconsistency(const RunResult& result, const SpeedRecord& record);

/// The device's clock and the host's, or two moments' clocks, are not the same.
inline constexpr double kRoofSlack = 1.05;

/// The most that the roofs of this arithmetic achieved, in operations a second; 0 without one.
double roof_of(const SpeedRecord& record, const std::string& precision);

/// Operations a second of the network, or where only the source's protocol ran, of an image; NaN
/// where nothing was timed.
double network_rate(const SpeedRecord& record);

/// Whether kernels were seen.
bool has_census(const SpeedRecord& record);

/// Both protocols time the same image: the two rates, where they differ by more than a factor of
/// 1.5. "" where only one protocol ran.
std::string other_rate(const SpeedRecord& record);

/// Whether an operator that multiplies, or one that nobody knows, launched the kernel.
bool may_convolve(const KernelRecord& kernel);

/// Why the kernels that may be of convolutions cannot have computed all of an image's: no kernel is
/// faster than the roof, by the factors of roof and kernels above. "" without a census or a roof.
std::string kernels_shortfall(const RunResult& result, const SpeedRecord& record);

/// Of all kernels together.
double kernel_seconds(const KernelCensusRecord& census);

/// Of those that do more than copy: what the network and the steps after it spend.
double computing_seconds(const KernelCensusRecord& census);

}  // namespace harness
