#pragma once

#include <string>

#include "harness/arithmetic/policy.h"
#include "harness/record/evaluation_record.h"

namespace harness {

/// The least distance from FP64's that logits of this root mean square have when their last
/// convolution stores results of `digits` significant digits, p.
///
/// Between 2^e and 2^(e+1) the stored numbers lie 2^(e+1-p) apart, which is at least |x| * 2^-p.
/// Rounding errors are spread evenly over one such distance, with a root mean square of
/// distance / sqrt(12), and add to whatever came before. So the distance is expected to be at least
/// rms * 2^-p / sqrt(12); half of it allows for the chance of which logits were drawn. The
/// thousands of logits of one image leave no more to chance.
double least_distance(double rms, int digits) noexcept;

/// What in the distances of logits cannot be of a half policy's and FP32's, in words, or "": FP64's
/// logits were looked at and are not all 0, and each distance that is finite is at least what the
/// rounding of its own type makes it. Half logits that are too near were computed in FP32.
std::string rounding_defect(const LogitsDistanceRecord& logits, Policy half);

/// Why FP32's distance is too large beside half's, in words, or "". longest_sum: the most products
/// that one result of the network adds up (NetworkFacts), n.
///
/// To first order each type's distance is its unit roundoff times a factor of the network. FP32's
/// factor is the larger one: half rounds operands and stored results, but adds in FP32, whose own
/// additions round too. Over n products they make up to sqrt(n) times as much as the rounding of
/// operands. A larger distance is not FP32's: TF32 has no more digits than half.
std::string reference_defect(const LogitsDistanceRecord& logits, Policy half, double longest_sum);

}  // namespace harness
