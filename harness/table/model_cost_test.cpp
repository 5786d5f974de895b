#include "harness/table/model_cost.h"

#include <string>
#include <tuple>
#include <utility>

#include <gtest/gtest.h>

namespace harness {
namespace {

ModelSpec zoo_model(const std::string& method) {
  Row row;
  row.id = method;
  row.method = method;
  return resolve_model(row, nullptr);
}

/// What a GPU's run counted (docs/evidence, one image of 1024x2048): by LibTorch's tensors, and by
/// the shapes of every convolution that ran.
struct Counted {
  const char* method;
  std::int64_t parameters;
  std::int64_t half_bytes;
  std::int64_t single_bytes;
  double flops;
  std::int64_t logits;
  std::int64_t convolutions;  ///< Kernels of FP32's, one for each convolution.
};
constexpr Counted kCounted[] = {
    {"FCN", 68489862, 137634940, 274396552, 4402811240448.0, 622592, 110},
    {"PSPNet", 67967622, 136602764, 272315800, 4093678452736.0, 622592, 112},
    {"DeepLabV3", 87105158, 174883988, 348870048, 5553864572928.0, 622592, 113},
    {"DeepLabV3+", 62582006, 125937204, 250843808, 4059765407744.0, 2490368, 121}};

TEST(ModelCost, IsWhatRunsOfTheFullSizeModelsCounted) {
  for (const auto& counted : kCounted) {
    const ModelSpec spec = zoo_model(counted.method);
    EXPECT_EQ(parameter_count(spec), counted.parameters) << counted.method;
    EXPECT_EQ(state_bytes(spec, Policy::kFp16Master).all, counted.half_bytes);
    EXPECT_EQ(state_bytes(spec, Policy::kFp32).all, counted.single_bytes);
    EXPECT_EQ(state_bytes(spec, Policy::kFp16Amp).all, counted.single_bytes);
    const ForwardCost cost = forward_cost(spec, 1024, 2048);
    EXPECT_EQ(cost.convolution_flops, counted.flops) << counted.method;
    EXPECT_EQ(cost.convolutions, counted.convolutions) << counted.method;
    EXPECT_EQ(cost.logits_elements, counted.logits) << counted.method;
  }
}

TEST(ModelCost, KeepsWhatTrainingsOfTheFullSizeModelsKept) {
  // Of two images of 512x1024 in FP32, by the operators that allocated them (docs/evidence).
  constexpr std::tuple<const char*, std::int64_t, std::int64_t> kBytes[] = {
      {"FCN", 4001366016, 3699817472},
      {"PSPNet", 3934461952, 3632921600},
      {"DeepLabV3", 4068478976, 3766942720},
      {"DeepLabV3+", 5033168896, 4731700224}};
  for (const auto& [method, bytes, norm_bytes] : kBytes) {
    ModelSpec spec = zoo_model(method);
    const KeptElements kept = kept_elements(spec, 512, 1024);
    EXPECT_EQ(2 * 4 * kept.normalized, bytes) << method;
    EXPECT_EQ(kept.loss, 2 * 19 * 512 * 1024) << method;
    // In blocks of 512 bytes.
    const std::int64_t statistics =
        norm_bytes - 2 * 4 * kept.activated - 2 * 4 * kept.norm_channels;
    EXPECT_GE(statistics, 0) << method;
    EXPECT_LT(statistics, 130 * 2 * 512) << method;
    spec.has_auxiliary_head = false;
    EXPECT_LT(kept_elements(spec, 512, 1024).normalized, kept.normalized) << method;
    EXPECT_EQ(kept_elements(spec, 512, 1024).loss, 19 * 512 * 1024) << method;
  }
}

TEST(ModelCost, NumbersTakeTheBytesOfTheirBits) {
  EXPECT_EQ(bytes_of(ElementType::kFloat16), 2);
  EXPECT_EQ(bytes_of(ElementType::kBfloat16), 2);
  EXPECT_EQ(bytes_of(ElementType::kFloat32), std::int64_t{sizeof(float)});
  EXPECT_EQ(bytes_of(ElementType::kFloat64), std::int64_t{sizeof(double)});
}

TEST(ModelCost, BuffersAreWhatIsNoParameter) {
  const ModelSpec spec = zoo_model("FCN");
  const StateBytes bytes = state_bytes(spec, Policy::kFp32);
  EXPECT_EQ(bytes.all - bytes.buffers, 4 * parameter_count(spec));
  EXPECT_EQ(state_bytes(spec, Policy::kFp16Master).buffers, bytes.buffers) << "norms stay FP32";
  EXPECT_GT(state_bytes(spec, Policy::kFp64).buffers, bytes.buffers);
}

TEST(ModelCost, EverythingThatARowStatesOfItsModelChangesIt) {
  const ModelSpec spec = zoo_model("FCN");
  const ForwardCost cost = forward_cost(spec, 1024, 2048);
  ModelSpec other = spec;
  other.backbone.depth = 50;
  EXPECT_LT(parameter_count(other), parameter_count(spec));
  EXPECT_LT(forward_cost(other, 1024, 2048).convolution_flops, cost.convolution_flops);
  other = spec;
  other.decode_head.num_classes = 20;
  EXPECT_GT(forward_cost(other, 1024, 2048).logits_elements, cost.logits_elements);
  other = spec;
  other.backbone.strides = {1, 2, 2, 2};
  EXPECT_EQ(parameter_count(other), parameter_count(spec));
  EXPECT_LT(forward_cost(other, 1024, 2048).convolution_flops, cost.convolution_flops);
  EXPECT_EQ(forward_cost(other, 1024, 2048).logits_elements, 19 * 32 * 64);
  other = spec;
  other.has_auxiliary_head = false;
  EXPECT_LT(parameter_count(other), parameter_count(spec));
  EXPECT_EQ(forward_cost(other, 1024, 2048).convolution_flops, cost.convolution_flops);
}

TEST(ModelCost, SidesAreRoundedUpAndUnreadStagesDoNotRun) {
  ModelSpec spec = zoo_model("FCN");
  EXPECT_EQ(forward_cost(spec, 17, 9).logits_elements, 19 * 3 * 2);
  const std::int64_t all = forward_cost(spec, 64, 128).convolutions;
  spec.decode_head.in_index = 2;
  spec.decode_head.in_channels = 1024;
  // Three bottlenecks and their downsampling.
  EXPECT_EQ(forward_cost(spec, 64, 128).convolutions, all - 10);
}

TEST(ModelCost, WithoutTheFirstStageDeepLabV3PlusStaysSmall) {
  ModelSpec spec = zoo_model("DeepLabV3+");
  spec.decode_head.c1_in_channels = 0;
  spec.decode_head.c1_channels = 0;
  EXPECT_EQ(forward_cost(spec, 1024, 2048).logits_elements, 19 * 128 * 256);
}

}  // namespace
}  // namespace harness
