#include "models/fused_inference.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <optional>
#include <set>
#include <tuple>
#include <variant>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/native/ConvUtils.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include "models/activation_observer.h"
#include "models/blocked_map.h"
#include "models/norm_kernels.h"

namespace models {
namespace {

namespace nn = torch::nn;

std::atomic<bool> fusing{false};
thread_local int layer_by_layer_scopes = 0;

/// Slope and constant of each channel: a batch norm in evaluation is a fused multiply-add.
struct NormTerms {
  std::vector<float> slopes;
  std::vector<float> constants;
};

/// As LibTorch 2.11 computes them (aten/src/ATen/native/cpu/batch_norm_kernel.cpp,
/// batch_norm_cpu_collect_linear_and_constant_terms). Whether the constant is rounded once or twice
/// is up to the compiler that built LibTorch.
NormTerms terms_of(const nn::BatchNorm2dImpl& norm, bool rounded_once) {
  const auto channels = static_cast<size_t>(norm.weight.numel());
  const auto* weight = norm.weight.const_data_ptr<float>();
  const auto* bias = norm.bias.const_data_ptr<float>();
  const auto* mean = norm.running_mean.const_data_ptr<float>();
  const auto* variance = norm.running_var.const_data_ptr<float>();
  const auto epsilon = static_cast<float>(norm.options.eps());
  NormTerms terms{std::vector<float>(channels), std::vector<float>(channels)};
  for (size_t c = 0; c < channels; ++c) {
    const float slope = 1.0F / std::sqrt(variance[c] + epsilon) * weight[c];
    // The compiler must not fuse these two by itself.
    volatile float product = mean[c] * slope;
    terms.slopes[c] = slope;
    terms.constants[c] = rounded_once ? std::fma(-mean[c], slope, bias[c]) : bias[c] - product;
  }
  return terms;
}

void normalize_usual(float* data, const float* identity, const NormTerms& terms, int64_t pixels,
                     const NormSteps& steps) {
  const auto channels = static_cast<int64_t>(terms.slopes.size());
  at::parallel_for(0, channels, /*grain_size=*/1, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      const auto* added = identity == nullptr ? nullptr : identity + c * pixels;
      const auto at = static_cast<size_t>(c);
      normalize_plane(data + c * pixels, added, terms.slopes[at], terms.constants[at],
                      static_cast<size_t>(pixels), steps);
    }
  });
}

void normalize_blocked(float* data, const float* identity, const NormTerms& terms, int64_t pixels,
                       const NormSteps& steps) {
  constexpr int64_t kGrain = 1024;
  const auto blocks = static_cast<int64_t>(terms.slopes.size() / kBlock);
  at::parallel_for(0, blocks * pixels, kGrain, [&](int64_t begin, int64_t end) {
    while (begin < end) {
      const auto block = begin / pixels;
      const auto stop = std::min(end, (block + 1) * pixels);
      const auto offset = begin * static_cast<int64_t>(kBlock);
      const auto channel = static_cast<size_t>(block) * kBlock;
      normalize_block(data + offset, identity == nullptr ? nullptr : identity + offset,
                      terms.slopes.data() + channel, terms.constants.data() + channel,
                      static_cast<size_t>(stop - begin), steps);
      begin = stop;
    }
  });
}

/// What the layers one by one make of `convolved`.
torch::Tensor norm_add_relu(nn::BatchNorm2dImpl& norm, const torch::Tensor& convolved,
                            const torch::Tensor& identity, torch::ScalarType dtype) {
  const auto result = norm.forward(convolved.to(dtype));
  return result.add_(identity).relu_();
}

bool reproduces_libtorch(nn::BatchNorm2dImpl& norm, torch::ScalarType dtype, bool rounded_once) {
  auto generator = at::detail::createCPUGenerator(/*seed_val=*/1);
  const auto channels = norm.weight.numel();
  const auto draw = [&] { return torch::randn({1, channels, 5, 13}, generator).mul_(8); };
  auto data = draw();
  // -0 and what overflows in half.
  data.index_put_({torch::indexing::Slice(), 0}, -0.0);
  data.index_put_({torch::indexing::Slice(), 1}, 1e6);
  const auto identity = draw().to(dtype);
  const auto expected = norm_add_relu(norm, data, identity, dtype).to(torch::kFloat);
  const auto wide_identity = identity.to(torch::kFloat);
  normalize_usual(data.data_ptr<float>(), wide_identity.const_data_ptr<float>(),
                  terms_of(norm, rounded_once), 5 * 13, {dtype == torch::kHalf, /*relu=*/true});
  return torch::equal(data.view(torch::kInt), expected.view(torch::kInt));
}

enum class Constants { kRoundedOnce, kRoundedTwice, kOther };

Constants compare_with_libtorch() {
  const torch::NoGradGuard no_gradients;
  auto generator = at::detail::createCPUGenerator(/*seed_val=*/2);
  nn::BatchNorm2d norm(nn::BatchNorm2dOptions(67));
  norm->eval();
  for (auto* tensor : {&norm->weight, &norm->bias, &norm->running_mean}) {
    tensor->copy_(torch::randn({67}, generator));
  }
  norm->running_var.copy_(torch::rand({67}, generator));
  for (const bool once : {true, false}) {
    if (reproduces_libtorch(*norm, torch::kFloat, once) &&
        reproduces_libtorch(*norm, torch::kHalf, once)) {
      return once ? Constants::kRoundedOnce : Constants::kRoundedTwice;
    }
  }
  return Constants::kOther;
}

/// Found out once.
Constants libtorchs_constants() {
  static const Constants constants = compare_with_libtorch();
  return constants;
}

bool has_usual_padding(const nn::Conv2dImpl& convolution) {
  const auto& options = convolution.options;
  return std::holds_alternative<torch::ExpandingArray<2>>(options.padding()) &&
         std::holds_alternative<torch::enumtype::kZeros>(options.padding_mode());
}

bool has_known_types(const nn::Conv2dImpl& convolution, const nn::BatchNorm2dImpl& norm) {
  const auto type = convolution.weight.scalar_type();
  if (type != torch::kFloat && type != torch::kHalf) return false;
  for (const auto& tensor : {norm.weight, norm.bias, norm.running_mean, norm.running_var}) {
    if (!tensor.defined() || tensor.scalar_type() != torch::kFloat) return false;
  }
  return true;
}

bool is_in_usual_order(const torch::Tensor& tensor) {
  return tensor.is_mkldnn() || (tensor.is_contiguous() &&
                                tensor.suggest_memory_format() == torch::MemoryFormat::Contiguous);
}

/// Whether LibTorch would give this convolution of a usual map to oneDNN.
bool is_onednns(const nn::Conv2dImpl& convolution, const torch::Tensor& input) {
  const auto& options = convolution.options;
  const auto symbols = [](const auto& sizes) {
    return std::vector<c10::SymInt>(sizes->begin(), sizes->end());
  };
  const auto padding = symbols(std::get<torch::ExpandingArray<2>>(options.padding()));
  // The backend depends on shapes and types alone.
  const auto map = torch::empty({1}).expand(input.sizes());
  const auto weight = torch::empty({1}).expand(convolution.weight.sizes());
  return at::native::select_conv_backend(map, weight, std::nullopt, symbols(options.stride()),
                                         padding, symbols(options.dilation()), /*transposed=*/false,
                                         std::vector<c10::SymInt>{0, 0}, options.groups(),
                                         std::nullopt) == at::native::ConvBackend::Mkldnn;
}

torch::Tensor convolve(const nn::Conv2dImpl& convolution, const torch::Tensor& input) {
  const auto& options = convolution.options;
  return torch::conv2d(input, convolution.weight.to(torch::kFloat), /*bias=*/{}, options.stride(),
                       std::get<torch::ExpandingArray<2>>(options.padding()), options.dilation(),
                       options.groups());
}

/// Making a map opaque takes a pass over it and saves one over the result.
bool pays_off(const nn::Conv2dImpl& convolution, const torch::Tensor& input) {
  const auto& stride = *convolution.options.stride();
  return input.size(1) * stride[0] * stride[1] <= convolution.options.out_channels();
}

/// The convolution's input as a float map: opaque or usual.
torch::Tensor prepared(const nn::Conv2dImpl& convolution, const torch::Tensor& input,
                       const ConvolutionGeometry& geometry) {
  if (!is_onednns(convolution, input) || is_known_as_unblocked(geometry)) {
    return to_usual(input, torch::kFloat).to(torch::kFloat);
  }
  if (input.is_mkldnn()) return input;
  const auto wide = input.to(torch::kFloat);
  return pays_off(convolution, input) ? to_opaque(wide) : wide;
}

struct NormFusion {
  std::atomic<NormKernel*> kernel{nullptr};
  std::atomic<torch::DeviceType> device{torch::kCUDA};
};
NormFusion norm_fusion;

void run_kernel(const nn::BatchNorm2dImpl& norm, torch::Tensor& map, const torch::Tensor& identity,
                bool relu) {
  norm_fusion.kernel.load()(map, norm.weight, norm.bias, norm.running_mean, norm.running_var,
                            norm.options.eps(), identity, relu);
}

/// Throws where the kernel does not compute what LibTorch's layers do.
void compare_kernel_with_libtorch(torch::Device device, torch::ScalarType dtype) {
  auto generator = at::detail::createCPUGenerator(/*seed_val=*/3);
  nn::BatchNorm2d norm(nn::BatchNorm2dOptions(67));
  norm->eval();
  for (auto* tensor : {&norm->weight, &norm->bias, &norm->running_mean}) {
    tensor->copy_(torch::randn({67}, generator));
  }
  norm->running_var.copy_(torch::rand({67}, generator));
  norm->to(device);
  const auto draw = [&] {
    return (torch::randn({1, 67, 37, 53}, generator) * 8).to(device, dtype);
  };
  const auto map = draw(), identity = draw();
  for (const bool adds : {false, true}) {
    for (const bool relu : {false, true}) {
      auto expected = norm->forward(map);
      if (adds) expected += identity;
      if (relu) expected.relu_();
      auto result = map.clone();
      run_kernel(*norm, result, adds ? identity : torch::Tensor(), relu);
      TORCH_CHECK(torch::equal(result, expected), "batch norm in one kernel: expected the bits of ",
                  "LibTorch's layers in ", dtype, " on ", device, ", got others");
    }
  }
}

/// Once for each type.
void prove_kernel(torch::Device device, torch::ScalarType dtype) {
  static std::mutex mutex;
  static std::set<std::tuple<NormKernel*, torch::DeviceType, torch::ScalarType>> proven;
  const std::lock_guard lock(mutex);
  const std::tuple key(norm_fusion.kernel.load(), device.type(), dtype);
  if (proven.contains(key)) return;
  compare_kernel_with_libtorch(device, dtype);
  proven.insert(key);
}

/// Whether fuse_norms() applies; what else is_fused() asks for is not asked here.
bool has_kernel_for(const torch::Tensor& input) {
  return norm_fusion.kernel.load() != nullptr && input.device().type() == norm_fusion.device.load();
}

torch::Tensor convolve_and_run_kernel(const nn::Conv2dImpl& convolution,
                                      const nn::BatchNorm2dImpl& norm, const torch::Tensor& input,
                                      const torch::Tensor& identity, bool relu) {
  const auto& options = convolution.options;
  prove_kernel(input.device(), convolution.weight.scalar_type());
  auto result = torch::conv2d(input, convolution.weight, /*bias=*/{}, options.stride(),
                              std::get<torch::ExpandingArray<2>>(options.padding()),
                              options.dilation(), options.groups());
  run_kernel(norm, result, identity, relu);
  return result;
}

torch::Tensor fused(const nn::Conv2dImpl& convolution, const nn::BatchNorm2dImpl& norm,
                    const torch::Tensor& input, const torch::Tensor& identity, bool relu) {
  if (has_kernel_for(input)) {
    return convolve_and_run_kernel(convolution, norm, input, identity, relu);
  }
  const auto dtype = convolution.weight.scalar_type();
  const NormSteps steps{dtype == torch::kHalf, relu};
  const auto terms = terms_of(norm, libtorchs_constants() == Constants::kRoundedOnce);
  const ConvolutionGeometry geometry(input, convolution);
  auto result = convolve(convolution, prepared(convolution, input, geometry));
  const auto pixels = result.size(2) * result.size(3);
  const bool fits = !identity.defined() || identity.is_mkldnn();
  if (result.is_mkldnn() && is_blocked(result, geometry) && fits) {
    const float* added = identity.defined() ? blocked_data(identity) : nullptr;
    normalize_blocked(blocked_data(result), added, terms, pixels, steps);
    return result;
  }
  result = to_usual(result, torch::kFloat);
  const auto added =
      identity.defined() ? to_usual(identity, torch::kFloat).to(torch::kFloat) : identity;
  normalize_usual(result.data_ptr<float>(),
                  added.defined() ? added.const_data_ptr<float>() : nullptr, terms, pixels, steps);
  return result.to(dtype);
}

}  // namespace

void fuse_inference(bool on) {
  fusing = on;
}

void fuse_norms(NormKernel* kernel, torch::DeviceType device) {
  norm_fusion.device = device;
  norm_fusion.kernel = kernel;
}

LayerByLayer::LayerByLayer() {
  ++layer_by_layer_scopes;
}

LayerByLayer::~LayerByLayer() {
  --layer_by_layer_scopes;
}

bool is_fused(const nn::Conv2dImpl& convolution, const nn::BatchNorm2dImpl& norm,
              const torch::Tensor& input) {
  const bool is_wanted = layer_by_layer_scopes == 0 && !at::GradMode::is_enabled() &&
                         !is_observed() && !norm.is_training() && input.dim() == 4 &&
                         !at::autocast::is_autocast_enabled(input.device().type());
  if (!is_wanted || !has_known_types(convolution, norm) || !has_usual_padding(convolution) ||
      convolution.bias.defined() || !is_in_usual_order(convolution.weight) ||
      !is_in_usual_order(input)) {
    return false;
  }
  if (has_kernel_for(input)) return true;
  return fusing && input.device().is_cpu() && input.size(0) == 1 &&
         libtorchs_constants() != Constants::kOther;
}

torch::Tensor conv_norm_relu(nn::Conv2dImpl& convolution, nn::BatchNorm2dImpl& norm,
                             const torch::Tensor& input) {
  if (is_fused(convolution, norm, input)) {
    return fused(convolution, norm, input, /*identity=*/{}, /*relu=*/true);
  }
  const auto usual = to_usual(input, convolution.weight.scalar_type());
  return run_observed(norm, run_observed(convolution, usual)).relu_();
}

torch::Tensor fused_conv_norm(nn::Conv2dImpl& convolution, nn::BatchNorm2dImpl& norm,
                              const torch::Tensor& input) {
  return fused(convolution, norm, input, /*identity=*/{}, /*relu=*/false);
}

torch::Tensor fused_conv_norm_add_relu(nn::Conv2dImpl& convolution, nn::BatchNorm2dImpl& norm,
                                       const torch::Tensor& input, const torch::Tensor& identity) {
  return fused(convolution, norm, input, identity, /*relu=*/true);
}

}  // namespace models
