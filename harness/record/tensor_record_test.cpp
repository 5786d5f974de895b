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
  EXPECT_EQ(roles.of("bare"), TensorRole::kConvolution);
}

}  // namespace
}  // namespace harness
