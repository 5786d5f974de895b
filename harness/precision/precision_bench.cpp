#include <vector>

#include <ATen/ops/convolution_native.h>
#include <benchmark/benchmark.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/utils.h>

#include "harness/precision/half_convolution.h"
#include "harness/precision/range_census.h"

namespace harness {
namespace {

const std::vector<int64_t> kOne{1, 1}, kTwo{2, 2}, kNone{0, 0};

torch::Tensor input(torch::ScalarType dtype) {
  return torch::randn({4, 64, 64, 128}).to(dtype);
}
torch::Tensor weight(torch::ScalarType dtype) {
  return torch::randn({64, 64, 3, 3}).to(dtype);
}

/// 4x64x64x128, 3x3 with dilation 2: a layer of the mini zoo's size.
void dilated_convolution(benchmark::State& state, torch::ScalarType dtype) {
  register_half_convolution();
  const torch::InferenceMode guard;
  const auto x = input(dtype), w = weight(dtype);
  for (auto _ : state) {
    benchmark::DoNotOptimize(torch::conv2d(x, w, {}, kOne, kTwo, kTwo));
  }
}

void reference_convolution(benchmark::State& state) {
  const torch::InferenceMode guard;
  const auto x = input(torch::kHalf), w = weight(torch::kHalf);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        at::native::convolution(x, w, std::nullopt, kOne, kTwo, kTwo, false, kNone, 1));
  }
}

void backward(benchmark::State& state, torch::ScalarType dtype) {
  register_half_convolution();
  const auto x = input(dtype).requires_grad_(), w = weight(dtype).requires_grad_();
  const auto y = torch::conv2d(x, w, {}, kOne, kTwo, kTwo);
  const auto grad = torch::ones_like(y);
  for (auto _ : state) {
    benchmark::DoNotOptimize(torch::autograd::grad({y}, {x, w}, {grad}, /*retain_graph=*/true));
  }
}

void census(benchmark::State& state, torch::ScalarType dtype) {
  const auto x = input(dtype);
  for (auto _ : state) benchmark::DoNotOptimize(census_of(x));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(x.nbytes()));
}

BENCHMARK_CAPTURE(dilated_convolution, float, torch::kFloat)->UseRealTime();
BENCHMARK_CAPTURE(dilated_convolution, half, torch::kHalf)->UseRealTime();
BENCHMARK_CAPTURE(dilated_convolution, bfloat16, torch::kBFloat16)->UseRealTime();
BENCHMARK(reference_convolution)->UseRealTime()->Iterations(1);
BENCHMARK_CAPTURE(backward, float, torch::kFloat)->UseRealTime();
BENCHMARK_CAPTURE(backward, half, torch::kHalf)->UseRealTime();
BENCHMARK_CAPTURE(census, half, torch::kHalf)->UseRealTime();
BENCHMARK_CAPTURE(census, float, torch::kFloat)->UseRealTime();

}  // namespace
}  // namespace harness

BENCHMARK_MAIN();
