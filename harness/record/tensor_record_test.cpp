#include "harness/record/tensor_record.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(TensorRole, IsReadOffNamesAndShapes) {
  const TensorRoles roles({{"a.conv.weight", "float16", {4, 3, 3, 3}},
                           {"a.conv.bias", "float16", {4}},
                           {"a.bn.weight", "float32", {4}},
                           {"a.bn.bias", "float32", {4}},
                           {"a.bn.running_mean", "float32", {4}},
                           {"a.bn.running_var", "float32", {4}},
                           {"a.bn.num_batches_tracked", "int64", {}},
                           {"ln.weight", "float32", {8}},
                           {"ln.bias", "float32", {8}},
                           {"bare", "float32", {2}}});
  EXPECT_EQ(roles.of("a.conv.weight"), TensorRole::kConvolution);
  EXPECT_EQ(roles.of("a.conv.bias"), TensorRole::kConvolution);
  EXPECT_EQ(roles.of("a.bn.weight"), TensorRole::kNormParameter);
  EXPECT_EQ(roles.of("a.bn.bias"), TensorRole::kNormParameter);
  EXPECT_EQ(roles.of("a.bn.running_mean"), TensorRole::kNormStatistics);
  EXPECT_EQ(roles.of("a.bn.running_var"), TensorRole::kNormStatistics);
  EXPECT_EQ(roles.of("a.bn.num_batches_tracked"), TensorRole::kCounter);
  EXPECT_EQ(roles.of("ln.bias"), TensorRole::kNormParameter);
  EXPECT_EQ(roles.of("bare"), TensorRole::kOtherWeight);
}

TEST(TensorRole, TellsWhatIsNoConvolutionAndNoNorm) {
  const TensorRoles roles({{"act.weight", "float32", {4}},
                           {"fc.weight", "float32", {10, 4}},
                           {"fc.bias", "float32", {10}},
                           {"embed.weight", "float32", {100, 8}},
                           {"lstm.weight_ih_l0", "float32", {16, 4}},
                           {"lstm.bias_ih_l0", "float32", {16}},
                           {"pos_embed", "float32", {1, 50, 8}},
                           {"attn.relative_position_index", "int64", {49, 49}},
                           {"quantised.weight", "qint8", {4, 3, 3, 3}},
                           {"conv1d.weight", "float32", {4, 3, 3}}});
  for (const char* name : {"act.weight", "fc.weight", "fc.bias", "embed.weight",
                           "lstm.weight_ih_l0", "lstm.bias_ih_l0", "pos_embed"}) {
    EXPECT_EQ(roles.of(name), TensorRole::kOtherWeight) << name;
  }
  EXPECT_EQ(roles.of("attn.relative_position_index"), TensorRole::kIndex);
  EXPECT_EQ(roles.of("quantised.weight"), TensorRole::kConvolution);
  EXPECT_EQ(roles.of("conv1d.weight"), TensorRole::kConvolution);
}

TEST(TensorRole, MasksAndBoundsOfObserversAreNoWeights) {
  const TensorRoles roles({{"attn.mask", "float32", {3, 3}},
                           {"layer.attn_mask", "bfloat16", {4, 9, 9}},
                           {"conv.weight_mask", "float32", {3, 3}},
                           {"mask.weight", "float32", {3, 3}},
                           {"mask_token", "float32", {1, 3}},
                           {"embed.mask", "float32", {9}},
                           {"q.min_val", "float32", {}},
                           {"q.max_val", "float32", {}},
                           {"r.min_val", "float32", {3, 3}},
                           {"r.max_val", "float32", {3, 3}},
                           {"s.min_val", "float32", {3}},
                           {"a.observer.min_val", "float32", {}},
                           {"b.observer.min_val", "float32", {2, 2}}});
  for (const char* name :
       {"attn.mask", "layer.attn_mask", "q.min_val", "q.max_val", "a.observer.min_val"}) {
    EXPECT_EQ(roles.of(name), TensorRole::kIndex) << name;
  }
  for (const char* name :
       {"conv.weight_mask", "mask.weight", "mask_token", "embed.mask", "r.min_val", "r.max_val",
        "s.min_val", "t.min_val", "b.observer.min_val"}) {
    EXPECT_EQ(roles.of(name), TensorRole::kOtherWeight) << name;
  }
}

}  // namespace
}  // namespace harness
