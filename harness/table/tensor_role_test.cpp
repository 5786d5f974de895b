#include "harness/table/tensor_role.h"

#include <gtest/gtest.h>

#include "harness/table/model_spec.h"

namespace harness {
namespace {

TEST(TensorRole, IsReadOffNamesAndShapes) {
  const TensorRoles roles(Json::parse(R"([
    ["a.conv.weight", "float16", [4, 3, 3, 3]], ["a.conv.bias", "float16", [4]],
    ["a.bn.weight", "float32", [4]], ["a.bn.bias", "float32", [4]],
    ["a.bn.running_mean", "float32", [4]], ["a.bn.running_var", "float32", [4]],
    ["a.bn.num_batches_tracked", "int64", []], ["ln.weight", "float32", [8]],
    ["ln.bias", "float32", [8]], ["bare", "float32", [2]]])"));
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

TEST(TensorRole, AgreesWithTheLayoutOfEveryHead) {
  for (const auto* method : {"FCN", "PSPNet", "DeepLabV3", "DeepLabV3+"}) {
    Row row;
    row.method = method;
    const auto layout = state_dict_layout(resolve_model(row, nullptr));
    Json state_dict = Json::array();
    for (const auto& tensor : layout) {
      state_dict.push_back(Json::array({tensor.name, "float32", tensor.shape}));
    }
    const TensorRoles roles(state_dict);
    for (const auto& tensor : layout) {
      const TensorRole role = roles.of(tensor.name);
      EXPECT_EQ(role == TensorRole::kConvolution, tensor.kind == TensorSpec::Kind::kConvolution)
          << tensor.name;
      EXPECT_EQ(role == TensorRole::kCounter, tensor.kind == TensorSpec::Kind::kCounter)
          << tensor.name;
    }
  }
}

TEST(TensorRole, RefusesAnEntryOfAnotherForm) {
  EXPECT_THROW(TensorRoles(Json::parse(R"([["a.weight"]])")), nlohmann::json::exception);
}

}  // namespace
}  // namespace harness
