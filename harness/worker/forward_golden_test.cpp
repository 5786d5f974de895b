// The networks against what the real MMSegmentation computed from the same files and the same
// image.

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "harness/precision/half_convolution.h"
#include "harness/testing/minizoo_rows.h"

namespace harness {
namespace {

using Goldens = std::map<std::string, torch::Tensor>;

Goldens goldens_of(const MinizooRow& row) {
  const Checkpoint file = Checkpoint::open("fixtures/minizoo/goldens/eval/" + row.golden + ".pth");
  Goldens goldens;
  for (const auto& view : file.state_dict()) goldens[view.name] = to_torch(view);
  return goldens;
}

/// Root mean square distance; sizes are compared first, for at::sub would broadcast.
double rmse(const torch::Tensor& left, const torch::Tensor& right) {
  EXPECT_EQ(left.sizes(), right.sizes());
  return (left.to(torch::kDouble) - right.to(torch::kDouble)).square().mean().sqrt().item<double>();
}

class ForwardGolden : public testing::TestWithParam<MinizooRow> {
 protected:
  ForwardGolden() : goldens_(goldens_of(GetParam())) { register_half_convolution(); }

  /// Decode and auxiliary logits before any resize.
  std::pair<torch::Tensor, torch::Tensor> logits(Policy policy) {
    const torch::InferenceMode no_gradients;
    auto model = GetParam().model(policy);
    const AutocastScope scope(policy, torch::kCPU);
    const auto features = model->forward_features(goldens_.at("image").to(input_dtype(policy)));
    return {model->forward_decode(features), model->forward_auxiliary(features)};
  }

  /// No further from FP64 than `factor` times the reference's own distance.
  void expect_as_close_as_the_reference(Policy policy, const std::string& name, double factor) {
    const auto [decode, auxiliary] = logits(policy);
    for (const auto& [head, ours] : {std::pair{"decode_", decode}, {"aux_", auxiliary}}) {
      const auto& yardstick = goldens_.at(std::string(head) + "fp64");
      const double allowed = factor * rmse(goldens_.at(head + name), yardstick);
      ASSERT_GT(allowed, 0.0);
      const double distance = rmse(ours, yardstick);
      EXPECT_LE(distance, allowed) << head;
      RecordProperty(head + name, std::to_string(factor * distance / allowed));
    }
  }

  Goldens goldens_;
};

TEST_P(ForwardGolden, Fp64AgreesToTenDigits) {
  const auto [decode, auxiliary] = logits(Policy::kFp64);
  for (const auto& [name, ours] : {std::pair{"decode_fp64", decode}, {"aux_fp64", auxiliary}}) {
    const auto& golden = goldens_.at(name);
    const double scale = golden.square().mean().sqrt().item<double>();
    ASSERT_GT(scale, 0.1);
    EXPECT_LE(rmse(ours, golden), 1e-10 * scale) << name;
    EXPECT_LE((ours - golden).abs().max().item<double>(), 1e-10 * scale) << name;
  }
}

// The factors of the FP64 rule (PyTorch's dynamo benchmarks, same(): 2 for float, 3 for half); its
// additive slack is left out.
TEST_P(ForwardGolden, Fp32IsNoFurtherFromFp64ThanTheReference) {
  expect_as_close_as_the_reference(Policy::kFp32, "fp32", 2.0);
}

class ForwardGoldenInHalf : public ForwardGolden {};

TEST_P(ForwardGoldenInHalf, Fp16IsNoFurtherFromFp64ThanTheReference) {
  expect_as_close_as_the_reference(Policy::kFp16Master, "fp16", 3.0);
}

/// No golden is left out: the suites below take as many rows as there are goldens of their kind.
TEST(ForwardGoldens, AreAllCompared) {
  std::size_t half = 0;
  for (const auto& row : minizoo_rows()) {
    const bool has_half = goldens_of(row).contains("decode_fp16");
    EXPECT_EQ(has_half, row.is_half()) << row.golden;
    if (has_half) ++half;
  }
  EXPECT_EQ(half, minizoo_rows(/*half=*/true).size());
  EXPECT_EQ(half, 4U);
}

const auto name_of_row = [](const auto& row) { return row.param.golden; };

INSTANTIATE_TEST_SUITE_P(Minizoo, ForwardGolden, testing::ValuesIn(minizoo_rows()), name_of_row);
INSTANTIATE_TEST_SUITE_P(Minizoo, ForwardGoldenInHalf,
                         testing::ValuesIn(minizoo_rows(/*half=*/true)), name_of_row);

}  // namespace
}  // namespace harness
