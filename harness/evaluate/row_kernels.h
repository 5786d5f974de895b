#pragma once

#include <cstddef>
#include <cstdint>

namespace harness {

/// Loops over one row of pixels, compiled for several widths of vector registers; the fitting one
/// is chosen when the program is loaded. All of them compute the same bits: the source fuses a
/// multiplication and an addition explicitly.

/// result[i] = fma(top[i], top_weight, bottom[i] * bottom_weight).
void blend_rows(const float* top, float top_weight, const float* bottom, float bottom_weight,
                std::size_t count, float* result);

/// result[i] = fma(row[first[i]], first_weight[i], row[second[i]] * second_weight[i]).
void stretch_row(const float* row, const std::int32_t* first, const float* first_weight,
                 const std::int32_t* second, const float* second_weight, std::size_t count,
                 float* result);

/// Rounds every value to the nearest binary16, ties to even. Magnitudes up to 65504 only.
void round_row_to_half(float* row, std::size_t count);

/// Takes class `number` into account: where row[i] exceeds best[i], it becomes the best one, and
/// `runner_up` is the largest value that is not the best one. No NaN.
void update_best(const float* row, std::int32_t number, std::size_t count, float* best,
                 float* runner_up, std::int32_t* best_class);

}  // namespace harness
