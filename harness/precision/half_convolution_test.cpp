#include "harness/precision/half_convolution.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/_convolution.h>
#include <ATen/ops/convolution_backward_native.h>
#include <ATen/ops/convolution_native.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

namespace harness {
namespace {

struct Case {
  std::string name;
  std::vector<int64_t> input, weight;  // {N, C, h, w}; {out, C / groups, k, k}
  int64_t stride = 1, padding = 0, dilation = 1, groups = 1;
  bool bias = false, transposed = false;
  torch::ScalarType dtype = torch::kHalf;
};

void PrintTo(const Case& test, std::ostream* out) {
  *out << test.name;
}

struct Operands {
  torch::Tensor input, weight, bias;  // bias is undefined without one.
};

Operands operands_of(const Case& test) {
  torch::manual_seed(17);
  const auto out = test.transposed ? test.weight[1] * test.groups : test.weight[0];
  return {torch::randn(test.input).to(test.dtype),
          torch::randn(test.weight).mul(0.2).to(test.dtype),
          test.bias ? torch::randn({out}).to(test.dtype) : torch::Tensor()};
}

template <typename Function>
auto with_arguments(const Case& test, const Operands& x, Function function) {
  const std::vector<int64_t> stride(2, test.stride), padding(2, test.padding),
      dilation(2, test.dilation), output_padding(2, 0);
  const auto bias = x.bias.defined() ? std::optional(x.bias) : std::nullopt;
  return function(x.input, x.weight, bias, stride, padding, dilation, test.transposed,
                  output_padding, test.groups);
}

torch::Tensor convolve(const Case& test, const Operands& x) {
  return with_arguments(test, x, [](auto&&... arguments) { return at::convolution(arguments...); });
}

/// LibTorch's own kernel for the operands' dtype, past the registration.
torch::Tensor convolve_natively(const Case& test, const Operands& x) {
  return with_arguments(test, x,
                        [](auto&&... arguments) { return at::native::convolution(arguments...); });
}

Operands mapped(const Operands& x, const std::function<torch::Tensor(const torch::Tensor&)>& map) {
  return {map(x.input), map(x.weight), x.bias.defined() ? map(x.bias) : x.bias};
}

Operands in_double(const Operands& x) {
  return mapped(x, [](const auto& tensor) { return tensor.detach().to(torch::kDouble); });
}

/// Distance between neighbouring values of `dtype` around `value` (double).
torch::Tensor spacing(const torch::Tensor& value, torch::ScalarType dtype) {
  const int min_exponent = dtype == torch::kHalf ? -14 : -126;
  const int digits = dtype == torch::kHalf ? 10 : 7;
  const auto exponent = value.abs().clamp_min(1e-300).log2().floor().clamp_min(min_exponent);
  return torch::pow(2.0, exponent - digits);
}

double rmse(const torch::Tensor& a, const torch::Tensor& exact) {
  return (a.to(torch::kDouble) - exact).square().mean().sqrt().item<double>();
}

/// One rounding to nearest (half a spacing) of a float sum: n terms, each addition and product
/// rounded with 2^-24 of at most the sum of the terms' magnitudes.
void expect_rounded_once(const torch::Tensor& actual, const torch::Tensor& exact,
                         const torch::Tensor& magnitude, int64_t terms) {
  ASSERT_EQ(actual.sizes(), exact.sizes());
  const auto wide = actual.to(torch::kDouble);
  const auto half_spacing =
      spacing(torch::maximum(wide.abs(), exact.abs()), actual.scalar_type()) / 2;
  const auto allowed = half_spacing + magnitude * static_cast<double>(terms + 1) * 0x1p-24;
  const auto share = ((wide - exact).abs() / allowed).max().item<double>();
  EXPECT_LE(share, 1.0);
}

const std::vector<Case> kCases = {
    {.name = "dense", .input = {2, 8, 9, 7}, .weight = {6, 8, 3, 3}, .padding = 1},
    {.name = "strided", .input = {2, 8, 9, 7}, .weight = {6, 8, 3, 3}, .stride = 2, .padding = 1},
    {.name = "dilated", .input = {1, 8, 9, 9}, .weight = {4, 8, 3, 3}, .padding = 4, .dilation = 4},
    {.name = "pointwise", .input = {2, 16, 5, 5}, .weight = {8, 16, 1, 1}, .bias = true},
    {.name = "biased", .input = {2, 3, 8, 8}, .weight = {4, 3, 3, 3}, .stride = 2, .bias = true},
    {.name = "grouped", .input = {2, 8, 6, 6}, .weight = {4, 4, 3, 3}, .padding = 1, .groups = 2},
    {.name = "depthwise",
     .input = {2, 8, 9, 9},
     .weight = {8, 1, 3, 3},
     .padding = 2,
     .dilation = 2,
     .groups = 8,
     .bias = true},
    {.name = "transposed",
     .input = {2, 4, 5, 5},
     .weight = {4, 3, 3, 3},
     .stride = 2,
     .padding = 1,
     .bias = true,
     .transposed = true},
    {.name = "bfloat16",
     .input = {2, 8, 9, 7},
     .weight = {6, 8, 3, 3},
     .padding = 1,
     .bias = true,
     .dtype = torch::kBFloat16},
};

class HalfConvolution : public testing::TestWithParam<Case> {
 protected:
  static void SetUpTestSuite() { register_half_convolution(); }
};

INSTANTIATE_TEST_SUITE_P(Shapes, HalfConvolution, testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

int64_t terms_of(const Case& test) {
  const int64_t taps = test.weight[2] * test.weight[3];
  return taps * (test.transposed ? test.weight[0] / test.groups : test.weight[1]);
}

TEST_P(HalfConvolution, RoundsTheFloatResultOnce) {
  const auto& test = GetParam();
  const auto x = operands_of(test);
  const auto actual = convolve(test, x);
  const auto wide = in_double(x);
  EXPECT_EQ(actual.scalar_type(), test.dtype);
  expect_rounded_once(actual, convolve_natively(test, wide),
                      convolve_natively(test, mapped(wide, torch::abs)), terms_of(test));
  const auto in_float = mapped(x, [](const auto& tensor) { return tensor.to(torch::kFloat); });
  EXPECT_TRUE(torch::equal(actual, convolve_natively(test, in_float).to(test.dtype)));
}

TEST_P(HalfConvolution, IsAsCloseToTheExactResultAsLibTorchsOwn) {
  const auto& test = GetParam();
  const auto x = operands_of(test);
  const auto exact = convolve_natively(test, in_double(x));
  const auto reference = convolve_natively(test, x);
  EXPECT_LE(rmse(convolve(test, x), exact), 1.01 * rmse(reference, exact));
}

/// LibTorch adds up the taps of a transposed convolution in half: many roundings instead of one.
class HalfConvolutionOfOneRounding : public HalfConvolution {};

INSTANTIATE_TEST_SUITE_P(Shapes, HalfConvolutionOfOneRounding, testing::ValuesIn([] {
                           auto cases = kCases;
                           std::erase_if(cases, [](const Case& test) { return test.transposed; });
                           return cases;
                         }()),
                         [](const auto& test) { return test.param.name; });

TEST_P(HalfConvolutionOfOneRounding, IsLibTorchsOrItsNeighbour) {
  const auto& test = GetParam();
  const auto x = operands_of(test);
  const auto exact = convolve_natively(test, in_double(x));
  const auto reference = convolve_natively(test, x);
  // Both are one rounding away from nearly the same float.
  const auto distance = (convolve(test, x).to(torch::kDouble) - reference.to(torch::kDouble)).abs();
  EXPECT_LE((distance / spacing(exact, test.dtype)).max().item<double>(), 1.0);
}

TEST_P(HalfConvolution, GradientsAreFloatGradientsRoundedOnce) {
  const auto& test = GetParam();
  const auto plain = operands_of(test);
  const auto x = mapped(plain, [](const auto& tensor) { return tensor.clone().requires_grad_(); });
  const auto wide =
      mapped(in_double(plain), [](const auto& tensor) { return tensor.clone().requires_grad_(); });
  const auto output = convolve(test, x);
  const auto grad = torch::randn(output.sizes()).to(test.dtype);
  output.backward(grad);
  convolve(test, wide).backward(grad.to(torch::kDouble));

  const auto magnitudes =
      mapped(in_double(plain), [](const auto& tensor) { return tensor.abs().requires_grad_(); });
  convolve(test, magnitudes).backward(grad.to(torch::kDouble).abs());
  const auto terms = grad.numel();
  const auto check = [&](const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& m) {
    EXPECT_EQ(a.grad().scalar_type(), test.dtype);
    expect_rounded_once(a.grad(), b.grad(), m.grad(), terms);
  };
  check(x.input, wide.input, magnitudes.input);
  check(x.weight, wide.weight, magnitudes.weight);
  if (test.bias) check(x.bias, wide.bias, magnitudes.bias);
}

TEST_P(HalfConvolution, GradientsAreAsCloseToTheExactOnesAsLibTorchsOwn) {
  const auto& test = GetParam();
  const auto x = operands_of(test);
  const auto grad = torch::randn(convolve(test, x).sizes()).to(test.dtype);
  const std::vector<int64_t> stride(2, test.stride), padding(2, test.padding),
      dilation(2, test.dilation), none(2, 0), bias_sizes{grad.size(1)};
  const auto arguments = [&](const auto& cast, auto function) {
    return function(cast(grad), cast(x.input), cast(x.weight), bias_sizes, stride, padding,
                    dilation, test.transposed, none, test.groups,
                    std::array<bool, 3>{true, true, true});
  };
  const auto native = [](auto&&... all) { return at::native::convolution_backward(all...); };
  const auto same = [](const torch::Tensor& tensor) { return tensor; };
  const auto exact = arguments([](const torch::Tensor& t) { return t.to(torch::kDouble); }, native);
  const auto reference = arguments(same, native);
  const auto ours = arguments(same, [](auto&&... all) { return at::convolution_backward(all...); });
  EXPECT_LE(rmse(std::get<0>(ours), std::get<0>(exact)),
            1.01 * rmse(std::get<0>(reference), std::get<0>(exact)));
  EXPECT_LE(rmse(std::get<1>(ours), std::get<1>(exact)),
            1.01 * rmse(std::get<1>(reference), std::get<1>(exact)));
  EXPECT_LE(rmse(std::get<2>(ours), std::get<2>(exact)),
            1.01 * rmse(std::get<2>(reference), std::get<2>(exact)));
}

TEST_P(HalfConvolution, LeavesFloatAndDoubleBitForBitAsTheyWere) {
  const auto& test = GetParam();
  for (const auto dtype : {torch::kFloat, torch::kDouble}) {
    const auto x =
        mapped(operands_of(test), [dtype](const auto& tensor) { return tensor.to(dtype); });
    const auto unregistered = with_arguments(test, x, [](auto&&... all) {
      return at::_convolution(all..., /*benchmark=*/false, /*deterministic=*/false,
                              /*cudnn_enabled=*/true, /*allow_tf32=*/false);
    });
    EXPECT_TRUE(torch::equal(convolve(test, x), unregistered)) << dtype;
  }
}

TEST(HalfConvolutionRegistration, IsAskedForAndHappensOnce) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto in_a_fresh_process = [] {
    if (active_half_convolution() != "libtorch reference") std::exit(1);
    register_half_convolution();
    register_half_convolution();
    std::exit(active_half_convolution() == "widened fp32" ? 0 : 2);
  };
  EXPECT_EXIT(in_a_fresh_process(), testing::ExitedWithCode(0), "");
}

TEST(HalfConvolutionRegistration, WorksInInferenceMode) {
  register_half_convolution();
  const auto input = torch::ones({1, 2, 3, 3}, torch::kHalf);
  const auto weight = torch::ones({1, 2, 3, 3}, torch::kHalf);
  const torch::InferenceMode guard;
  EXPECT_EQ(torch::conv2d(input, weight).item<float>(), 18.0F);
}

TEST(HalfConvolutionRegistration, OverflowBecomesInfinityOnlyInTheResult) {
  register_half_convolution();
  // 60000 + 60000 - 60000: a float sum passes 65504 on the way and comes back.
  const auto input = torch::full({1, 3, 1, 1}, 60000, torch::kHalf);
  const auto weight = torch::tensor({1.0, 1.0, -1.0}).reshape({1, 3, 1, 1}).to(torch::kHalf);
  EXPECT_EQ(torch::conv2d(input, weight).item<float>(), 60000.0F);
  EXPECT_TRUE(std::isinf(torch::conv2d(input, weight.abs()).item<float>()));
}

TEST(HalfConvolutionRegistration, MixedOperandsAreStillAnError) {
  register_half_convolution();
  EXPECT_THROW(torch::conv2d(torch::ones({1, 1, 1, 1}, torch::kHalf), torch::ones({1, 1, 1, 1})),
               c10::Error);
}

TEST(HalfConvolution, LeavesOtherDevicesAlone) {
  register_half_convolution();
  for (const char* name : {"aten::convolution", "aten::convolution_backward"}) {
    const auto found = c10::Dispatcher::singleton().findSchemaOrThrow(name, "");
    EXPECT_TRUE(found.hasKernelForDispatchKey(c10::DispatchKey::CPU)) << name;
    EXPECT_FALSE(found.hasKernelForDispatchKey(c10::DispatchKey::CUDA)) << name;
  }
}

}  // namespace
}  // namespace harness
