#pragma once

#include <string_view>

#include "harness/arithmetic/element_type.h"

namespace harness {

/// The most operations a second that a GPU of this compute capability can do in matrix products of
/// half (float16 or bfloat16, dense) or float32 operands (no TF32) at a clock in MHz, two for each
/// product and sum; 0 where nobody says here. It is that of the architecture's full chip, since no
/// record says how many multiprocessors a card has.
///
/// Operations a clock and multiprocessor, and multiprocessors of the full chip, are those of
/// NVIDIA's white papers: V100 (7.0), Turing (7.5), A100 (8.0), GA102 (8.6), Ada AD102 (8.9), H100
/// (9.0), Blackwell (10.0, 12.0). H100 SXM: 132 x 4096 x 1.83 GHz = 989 TFLOP/s.
double gpu_peak(std::string_view compute_capability, ElementType type, double clock_mhz) noexcept;

}  // namespace harness
