#include "harness/evaluate/row_kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace harness {

#if defined(__x86_64__)
[[gnu::target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")]]
#endif
void blend_rows(const float* top, float top_weight, const float* bottom, float bottom_weight,
                std::size_t count, float* result) {
  for (std::size_t i = 0; i < count; ++i) {
    result[i] = std::fma(top[i], top_weight, bottom[i] * bottom_weight);
  }
}

#if defined(__x86_64__)
[[gnu::target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")]]
#endif
void stretch_row(const float* row, const std::int32_t* first, const float* first_weight,
                 const std::int32_t* second, const float* second_weight, std::size_t count,
                 float* result) {
  for (std::size_t i = 0; i < count; ++i) {
    result[i] = std::fma(row[first[i]], first_weight[i], row[second[i]] * second_weight[i]);
  }
}

#if defined(__x86_64__)
[[gnu::target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")]]
#endif
void round_row_to_half(float* row, std::size_t count) {
  constexpr float kMinNormal = 0x1p-14F;
  for (std::size_t i = 0; i < count; ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(row[i]);
    const auto sign = bits & 0x80000000U;
    const auto magnitude = std::bit_cast<float>(bits & 0x7fffffffU);
    // 13 of the 23 digits go. Below the smallest normal half the last digit kept is 2^-24 for
    // every value: that of a float between 1/2 and 1.
    const auto normal = (bits + 0x0fffU + ((bits >> 13U) & 1U)) & 0x7fffe000U;
    const auto subnormal = std::bit_cast<std::uint32_t>((magnitude + 0.5F) - 0.5F);
    row[i] = std::bit_cast<float>(sign | (magnitude < kMinNormal ? subnormal : normal));
  }
}

#if defined(__x86_64__)
[[gnu::target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")]]
#endif
void update_best(const float* row, std::int32_t number, std::size_t count, float* best,
                 float* runner_up, std::int32_t* best_class) {
  for (std::size_t i = 0; i < count; ++i) {
    const float value = row[i];
    const float before = best[i];
    const float smaller = value > before ? before : value;
    runner_up[i] = runner_up[i] > smaller ? runner_up[i] : smaller;
    best[i] = value > before ? value : before;
    best_class[i] = value > before ? number : best_class[i];
  }
}

}  // namespace harness
