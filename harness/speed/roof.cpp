#include "harness/speed/roof.h"

#include <algorithm>
#include <functional>
#include <vector>

#include <torch/types.h>

#include "harness/base/statistics/median.h"
#include "harness/speed/device_clock.h"

namespace harness {
namespace {

/// amount: what one run does, in the unit of the result times a second.
AchievedRecord achieved(const torch::Device& device, std::int64_t repetitions, double amount,
                        const std::function<void()>& run) {
  run();
  wait_for(device);
  std::vector<double> rates;
  DeviceClock clock(device, 2);
  for (std::int64_t i = 0; i < repetitions; ++i) {
    clock.mark(0);
    run();
    clock.mark(1);
    rates.push_back(amount / clock.seconds(0, 1));
  }
  return {*std::max_element(rates.begin(), rates.end()), median(rates), repetitions};
}

AchievedRecord product_tflops(const torch::Device& device, torch::ScalarType dtype,
                              std::int64_t size, std::int64_t repetitions) {
  constexpr double kFlopsPerTflop = 1e12;
  const auto options = torch::TensorOptions().dtype(dtype).device(device);
  // Random operands: zeros need less power and run faster.
  const auto left = torch::randn({size, size}, options);
  const auto right = torch::randn({size, size}, options);
  auto product = torch::empty({size, size}, options);
  const auto rows = static_cast<double>(size);
  return achieved(device, repetitions, 2.0 * rows * rows * rows / kFlopsPerTflop,
                  [&] { at::mm_out(product, left, right); });
}

AchievedRecord copy_rate(const torch::Device& device, std::int64_t bytes,
                         std::int64_t repetitions) {
  constexpr double kBytesPerGb = 1e9;
  const auto options = torch::TensorOptions().dtype(torch::kByte).device(device);
  const auto from = torch::ones({bytes}, options);
  auto to = torch::empty({bytes}, options);
  return achieved(device, repetitions, 2.0 * static_cast<double>(bytes) / kBytesPerGb,
                  [&] { to.copy_(from); });
}

}  // namespace

RoofRecord measure_roof(const torch::Device& device, const RoofOptions& options) {
  RoofRecord record;
  record.matrix_size = options.matrix_size;
  record.half_tflops =
      product_tflops(device, torch::kHalf, options.matrix_size, options.half_repetitions);
  record.fp32_tflops =
      product_tflops(device, torch::kFloat, options.matrix_size, options.fp32_repetitions);
  record.copy_bytes = options.copy_bytes;
  record.copy_gb_per_s = copy_rate(device, options.copy_bytes, options.copy_repetitions);
  return record;
}

}  // namespace harness
