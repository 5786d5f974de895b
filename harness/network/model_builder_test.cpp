#include "harness/network/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/network/drawn_model.h"
#include "harness/precision/half_convolution.h"
#include "harness/testing/minizoo_rows.h"
#include "models/fused_inference.h"

namespace harness {
namespace {
using testing::HasSubstr;

ModelSpec full_size(const std::string& method) {
  Row row;
  row.id = method;
  row.method = method;
  return resolve_model(row, Json());
}

TEST(ModelBuilder, ThePlainLayoutIsThatOfTheModules) {
  for (const auto* method : {"FCN", "PSPNet", "DeepLabV3", "DeepLabV3+"}) {
    const ModelSpec spec = full_size(method);
    const models::EncoderDecoder model(to_options(spec));
    const auto layout = state_dict_layout(spec);
    const auto modules = models::state_dict(*model);
    ASSERT_EQ(layout.size(), modules.size()) << method;
    for (std::size_t i = 0; i < layout.size(); ++i) {
      EXPECT_EQ(layout[i].name, modules[i].first);
      EXPECT_EQ(torch::IntArrayRef(layout[i].shape), modules[i].second.sizes()) << layout[i].name;
    }
  }
}

TEST(ModelBuilder, FullSizeHalfModelsHaveTheReferencesKeys) {
  const Json golden = read_json_file("fixtures/minizoo/goldens/r101_keys.json");
  for (const auto& [name, method] : {std::pair{"fcn", "FCN"},
                                     {"pspnet", "PSPNet"},
                                     {"deeplabv3", "DeepLabV3"},
                                     {"deeplabv3plus", "DeepLabV3+"}}) {
    models::EncoderDecoder model(to_options(full_size(method)));
    apply_for_inference(*model, Policy::kFp16Master);
    const auto entries = models::state_dict(*model);
    ASSERT_EQ(entries.size(), golden.at(name).size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Json& expected = golden.at(name).at(i);
      const auto type = entries[i].second.scalar_type();
      const std::string dtype =
          type == torch::kHalf ? "float16" : (type == torch::kFloat ? "float32" : "int64");
      EXPECT_EQ(entries[i].first, expected.at(0));
      EXPECT_EQ(entries[i].second.sizes().vec(), expected.at(1).get<std::vector<std::int64_t>>());
      EXPECT_EQ(dtype, expected.at(2)) << entries[i].first;
    }
  }
}

TEST(ModelBuilder, AHalfModelKeepsTheFilesBatchNormInFp32) {
  auto model = minizoo_row("fcn_fp16").model(Policy::kFp16Master);
  const auto variance = model->named_buffers()["backbone.stem.1.running_var"];
  EXPECT_EQ(variance.scalar_type(), torch::kFloat);
  EXPECT_FALSE(torch::equal(variance, variance.to(torch::kHalf).to(torch::kFloat)));
}

TEST(ModelBuilder, NoLayerIsLeftInTrainingMode) {
  const auto model = minizoo_row("fcn_fp16").model(Policy::kFp16Master);
  for (const auto& module : model->modules()) EXPECT_FALSE(module->is_training());
}

TEST(ModelBuilder, AnotherModelsWeightsAreRefusedKeyByKey) {
  const auto weights =
      to_torch(Checkpoint::open(minizoo_row("pspnet_fp16").checkpoint).state_dict());
  try {
    build_model(minizoo_row("fcn_fp16").spec(), weights, Policy::kFp32, torch::kCPU);
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kStateDictMismatch);
    EXPECT_THAT(error.detail(), HasSubstr("decode_head.convs.0.conv.weight"));
    EXPECT_THAT(error.detail(), HasSubstr("decode_head.psp_modules.0.1.conv.weight"));
  }
}

/// Norms with statistics and weights of their own.
models::StateDict weights_with_statistics(const ModelSpec& spec) {
  auto weights = drawn_weights(spec, 3);
  for (auto& [name, tensor] : weights) {
    if (name.ends_with("running_mean")) tensor.normal_(0, 0.1);
    if (name.ends_with("running_var")) tensor.uniform_(0.5, 2);
  }
  return weights;
}

/// Wide enough for oneDNN's blocks of channels.
ModelSpec wide_spec(const std::string& method) {
  Row row;
  row.id = method;
  row.method = method;
  row.model = {{"decode_head", {{"channels", 32}}},
               {"auxiliary_head", {{"channels", 16}}},
               {"backbone", {{"depth", 50}, {"base_channels", 16}, {"stem_channels", 32}}}};
  return resolve_model(row, Json());
}

struct FusingScope {
  FusingScope() { models::fuse_inference(true); }
  ~FusingScope() { models::fuse_inference(false); }
};

TEST(ModelBuilder, FusedLayersGiveTheSameLogitsInEveryArithmetic) {
  const torch::InferenceMode no_gradients;
  register_half_convolution();
  for (const auto* method : {"FCN", "PSPNet", "DeepLabV3", "DeepLabV3+"}) {
    const ModelSpec spec = wide_spec(method);
    const auto weights = weights_with_statistics(spec);
    const auto image = drawn_images(1, 97, 161, 4).front();
    for (const Policy policy : {Policy::kFp32, Policy::kFp16Master, Policy::kFp16Amp}) {
      auto model = build_model(spec, weights, policy, torch::kCPU);
      const auto plain = run_model(model, policy, image);
      const FusingScope fusing;
      const auto fused = run_model(model, policy, image);
      EXPECT_EQ(fused.scalar_type(), plain.scalar_type());
      EXPECT_TRUE(torch::isfinite(plain).all().item<bool>());
      EXPECT_TRUE(torch::equal(fused, plain)) << method << ", " << to_string(policy);
    }
  }
}

}  // namespace
}  // namespace harness
