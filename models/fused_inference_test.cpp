#include "models/fused_inference.h"

#include <string>
#include <tuple>

#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include "models/test_support.h"

namespace models {
namespace {

/// Fusing is on while it lives.
struct FusingScope {
  FusingScope() { fuse_inference(true); }
  ~FusingScope() { fuse_inference(false); }
};

struct ThreadsScope {
  explicit ThreadsScope(int threads) : before(torch::get_num_threads()) {
    torch::set_num_threads(threads);
  }
  ~ThreadsScope() { torch::set_num_threads(before); }
  int before;
};

/// Wide enough that all its maps have whole blocks of channels; norms with statistics of their own.
EncoderDecoder wide_model(const std::string& head) {
  auto options = tiny_model(head);
  options.backbone.stem_channels = 32;
  options.backbone.base_channels = 16;
  options.decode_head.in_channels = 512;
  options.decode_head.channels = 32;
  options.decode_head.c1_in_channels = 64;
  options.decode_head.c1_channels = 16;
  options.auxiliary_head.reset();
  EncoderDecoder model(options);
  for (auto& item : model->named_buffers()) {
    if (item.key().ends_with("running_mean")) item.value().normal_(0, 0.1);
    if (item.key().ends_with("running_var")) item.value().uniform_(0.5, 2);
  }
  for (auto& item : model->named_parameters()) {
    const torch::NoGradGuard no_gradients;
    if (item.value().dim() == 1) item.value().uniform_(-0.2, 0.9);
  }
  model->eval();
  return model;
}

class FusedInference : public testing::TestWithParam<std::tuple<std::string, int>> {};

TEST_P(FusedInference, GivesTheBitsOfTheLayersOneByOne) {
  const auto& [head, threads] = GetParam();
  const ThreadsScope scope(threads);
  const torch::InferenceMode no_gradients;
  torch::manual_seed(5);
  auto model = wide_model(head);
  for (const auto& image : {torch::randn({1, 3, 96, 160}), torch::randn({1, 3, 65, 97})}) {
    const auto plain = model->forward(image);
    const FusingScope fusing;
    const auto fused = model->forward(image);
    EXPECT_FALSE(fused.is_mkldnn());
    EXPECT_GT(plain.abs().max().item<float>(), 0.0F);
    EXPECT_TRUE(torch::equal(fused.view(torch::kInt), plain.view(torch::kInt)));
  }
}

INSTANTIATE_TEST_SUITE_P(Heads, FusedInference,
                         testing::Combine(testing::Values("FCNHead", "PSPHead", "ASPPHead",
                                                          "DepthwiseSeparableASPPHead"),
                                          testing::Values(1, 2)),
                         [](const auto& suite) {
                           return std::get<0>(suite.param) + "On" +
                                  std::to_string(std::get<1>(suite.param)) + "Threads";
                         });

TEST(FusedInferenceOfAModel, KeepsMapsInBlocksBetweenConvolutions) {
  if (!__builtin_cpu_supports("avx512f")) {
    GTEST_SKIP() << "oneDNN has other layouts on a processor without AVX-512";
  }
  const ThreadsScope scope(2);
  const torch::InferenceMode no_gradients;
  auto model = wide_model("FCNHead");
  const FusingScope fusing;
  const auto image = torch::randn({1, 3, 96, 160});
  EXPECT_TRUE(model->backbone()->forward(image).back().is_mkldnn());
  for (const auto& map : model->forward_features(image)) EXPECT_FALSE(map.is_mkldnn());
}

struct Layers {
  torch::nn::Conv2d convolution{torch::nn::Conv2dOptions(16, 16, 3).padding(1).bias(false)};
  torch::nn::BatchNorm2d norm{16};
  torch::Tensor input = torch::randn({1, 16, 24, 24});
  Layers() { norm->eval(); }
  bool are_fused() const { return is_fused(*convolution, *norm, input); }
};

TEST(FusedInferenceOfLayers, IsOffUntilItIsAskedFor) {
  const torch::NoGradGuard no_gradients;
  const Layers layers;
  EXPECT_FALSE(layers.are_fused());
  const FusingScope fusing;
  EXPECT_TRUE(layers.are_fused());
}

TEST(FusedInferenceOfLayers, CanBeLeftOutForAWhile) {
  const torch::NoGradGuard no_gradients;
  const FusingScope fusing;
  const Layers layers;
  {
    const LayerByLayer outer;
    { const LayerByLayer inner; }
    EXPECT_FALSE(layers.are_fused());
  }
  EXPECT_TRUE(layers.are_fused());
}

TEST(FusedInferenceOfLayers, LeavesTrainingAlone) {
  const FusingScope fusing;
  Layers layers;
  EXPECT_FALSE(layers.are_fused()) << "with gradients";
  const torch::NoGradGuard no_gradients;
  EXPECT_TRUE(layers.are_fused());
  layers.norm->train();
  EXPECT_FALSE(layers.are_fused()) << "with statistics of the batch";
}

TEST(FusedInferenceOfLayers, LeavesOtherArithmeticAlone) {
  const FusingScope fusing;
  const torch::NoGradGuard no_gradients;
  Layers layers;
  layers.convolution->to(torch::kDouble);
  EXPECT_FALSE(layers.are_fused()) << "double";
  layers.convolution->to(torch::kHalf);
  EXPECT_TRUE(layers.are_fused()) << "half with an FP32 norm";
  layers.norm->to(torch::kHalf);
  EXPECT_FALSE(layers.are_fused()) << "half with a half norm";
}

TEST(FusedInferenceOfLayers, LeavesOtherLayoutsAndBatchesAlone) {
  const FusingScope fusing;
  const torch::NoGradGuard no_gradients;
  Layers layers;
  layers.input = layers.input.contiguous(torch::MemoryFormat::ChannelsLast);
  EXPECT_FALSE(layers.are_fused()) << "channels last";
  layers.input = torch::randn({2, 16, 24, 24});
  EXPECT_FALSE(layers.are_fused()) << "a batch of two";
}

TEST(FusedInferenceOfLayers, LetsAnObserverSeeEveryLayer) {
  const FusingScope fusing;
  const torch::NoGradGuard no_gradients;
  Layers layers;
  RecordingObserver observer;
  const ObservationScope scope(*layers.norm, observer);
  EXPECT_FALSE(layers.are_fused());
  conv_norm_relu(*layers.convolution, *layers.norm, layers.input);
  EXPECT_EQ(observer.layers.size(), 1U);
}

TEST(FusedInferenceOfLayers, LeavesItsInputsAsTheyWere) {
  const FusingScope fusing;
  const torch::NoGradGuard no_gradients;
  Layers layers;
  const auto input = layers.input.clone();
  const auto identity = torch::randn({1, 16, 24, 24});
  const auto same = identity.clone();
  fused_conv_norm_add_relu(*layers.convolution, *layers.norm, layers.input, identity);
  EXPECT_TRUE(torch::equal(layers.input, input));
  EXPECT_TRUE(torch::equal(identity, same));
}

TEST(FusedInferenceOfLayers, TakesAnOpaqueMapWhereItIsNotFused) {
  const torch::NoGradGuard no_gradients;
  Layers layers;
  const auto expected = conv_norm_relu(*layers.convolution, *layers.norm, layers.input);
  EXPECT_TRUE(torch::equal(
      conv_norm_relu(*layers.convolution, *layers.norm, layers.input.to_mkldnn()), expected));
}

int kernel_calls = 0;

/// LibTorch's layers in the form of a kernel.
void layers_in_place(torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                     const torch::Tensor& mean, const torch::Tensor& variance, double epsilon,
                     const torch::Tensor& identity, bool relu) {
  ++kernel_calls;
  auto result = torch::batch_norm(map, weight, bias, mean, variance, /*training=*/false, 0.1,
                                  epsilon, /*cudnn_enabled=*/false);
  if (identity.defined()) result += identity;
  if (relu) result.relu_();
  map.copy_(result);
}

/// Forgets what is added.
void without_identity(torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                      const torch::Tensor& mean, const torch::Tensor& variance, double epsilon,
                      const torch::Tensor& /*identity*/, bool relu) {
  layers_in_place(map, weight, bias, mean, variance, epsilon, {}, relu);
}

/// The kernel is in use while it lives, as on a GPU.
struct KernelScope {
  explicit KernelScope(NormKernel* kernel) { fuse_norms(kernel, torch::kCPU); }
  ~KernelScope() { fuse_norms(nullptr, torch::kCUDA); }
};

TEST(FusedNorms, EveryNormBehindAConvolutionIsOneCallWithTheSameBits) {
  const torch::InferenceMode no_gradients;
  for (const std::string head : {"PSPHead", "DepthwiseSeparableASPPHead"}) {
    auto model = wide_model(head);
    const auto image = torch::randn({2, 3, 33, 65});
    const auto plain = model->forward(image);
    const KernelScope scope(&layers_in_place);
    model->forward(image);  // The comparison with LibTorch's layers calls it, too.
    kernel_calls = 0;
    EXPECT_TRUE(torch::equal(model->forward(image), plain));
    int norms = 0;
    for (const auto& item : model->named_modules()) {
      norms += item.value()->as<torch::nn::BatchNorm2d>() != nullptr;
    }
    EXPECT_EQ(kernel_calls, norms);
  }
}

TEST(FusedNorms, AKernelOfOtherBitsIsAnError) {
  const torch::InferenceMode no_gradients;
  const KernelScope scope(&without_identity);
  Layers layers;
  EXPECT_THROW(conv_norm_relu(*layers.convolution, *layers.norm, layers.input), c10::Error);
}

TEST(FusedNorms, LeaveTrainingObserversAndOtherArithmeticAlone) {
  const KernelScope scope(&layers_in_place);
  Layers layers;
  EXPECT_FALSE(layers.are_fused()) << "with gradients";
  const torch::NoGradGuard no_gradients;
  EXPECT_TRUE(layers.are_fused());
  {
    const LayerByLayer plain;
    EXPECT_FALSE(layers.are_fused());
  }
  layers.input = layers.input.contiguous(torch::MemoryFormat::ChannelsLast);
  EXPECT_FALSE(layers.are_fused()) << "channels last";
  layers.input = layers.input.contiguous();
  layers.norm->train();
  EXPECT_FALSE(layers.are_fused()) << "with statistics of the batch";
  layers.norm->eval();
  layers.convolution->to(torch::kDouble);
  EXPECT_FALSE(layers.are_fused()) << "double";
}

TEST(FusedNorms, AreForOneKindOfDevice) {
  const torch::NoGradGuard no_gradients;
  const Layers layers;
  fuse_norms(&layers_in_place, torch::kCUDA);
  EXPECT_FALSE(layers.are_fused());
  fuse_norms(nullptr, torch::kCUDA);
}

}  // namespace
}  // namespace models
