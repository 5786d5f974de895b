// What is claimed of CUDA, on CUDA: the same goldens as on the CPU. Skips, visibly, without a GPU.

#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>

#include "harness/base/system/nvidia_driver.h"
#include "harness/evaluate/environment.h"
#include "harness/network/cuda_device.h"
#include "harness/precision/range_census.h"
#include "harness/testing/minizoo_rows.h"

namespace harness {
namespace {

class Gpu : public testing::Test {
 protected:
  void SetUp() override {
    if (!load_cuda().is_usable) GTEST_SKIP() << "no gpu: " << load_cuda().reason;
    use_exact_fp32();
  }
};

class GpuGolden : public Gpu, public testing::WithParamInterface<MinizooRow> {
 protected:
  torch::Tensor golden(const std::string& name) const {
    const auto file =
        Checkpoint::open("fixtures/minizoo/goldens/eval/" + GetParam().golden + ".pth");
    for (const auto& view : file.state_dict()) {
      if (view.name == name) return to_torch(view).cuda();
    }
    throw std::out_of_range(GetParam().golden + " has no golden " + name);
  }

  /// The factors are those of forward_golden_test.cpp: the reference's own distance is the
  /// yardstick.
  void expect_as_close_as_the_reference(Policy policy, const std::string& name,
                                        double factor) const;
};

double rmse(const torch::Tensor& left, const torch::Tensor& right) {
  EXPECT_EQ(left.sizes(), right.sizes());
  return (left.to(torch::kDouble) - right.to(torch::kDouble)).square().mean().sqrt().item<double>();
}

void GpuGolden::expect_as_close_as_the_reference(Policy policy, const std::string& name,
                                                 double factor) const {
  const torch::InferenceMode no_gradients;
  const auto yardstick = golden("decode_fp64");
  auto model =
      build_model(GetParam().spec(), to_torch(Checkpoint::open(GetParam().checkpoint).state_dict()),
                  policy, torch::kCUDA);
  const auto ours = run_model(model, policy, golden("image"));
  EXPECT_LE(rmse(ours, yardstick), factor * rmse(golden(name), yardstick));
}

TEST_P(GpuGolden, Fp32IsNoFurtherFromFp64ThanTheReference) {
  expect_as_close_as_the_reference(Policy::kFp32, "decode_fp32", 2.0);
}

class GpuGoldenInHalf : public GpuGolden {};

TEST_P(GpuGoldenInHalf, Fp16IsNoFurtherFromFp64ThanTheReference) {
  expect_as_close_as_the_reference(Policy::kFp16Master, "decode_fp16", 3.0);
}

TEST_P(GpuGolden, Fp64AgreesToTenDigits) {
  const torch::InferenceMode no_gradients;
  auto model =
      build_model(GetParam().spec(), to_torch(Checkpoint::open(GetParam().checkpoint).state_dict()),
                  Policy::kFp64, torch::kCUDA);
  const auto yardstick = golden("decode_fp64");
  EXPECT_LE(rmse(run_model(model, Policy::kFp64, golden("image")), yardstick),
            1e-10 * yardstick.square().mean().sqrt().item<double>());
}

const auto name_of_row = [](const auto& row) { return row.param.golden; };

INSTANTIATE_TEST_SUITE_P(Minizoo, GpuGolden, testing::ValuesIn(minizoo_rows()), name_of_row);
INSTANTIATE_TEST_SUITE_P(Minizoo, GpuGoldenInHalf, testing::ValuesIn(minizoo_rows(/*half=*/true)),
                         name_of_row);

/// Ordinary, tiny, huge, zero and non-finite values.
torch::Tensor mixture(std::int64_t count, torch::ScalarType dtype) {
  torch::manual_seed(6);
  auto values = (torch::randn({count}) * torch::exp(torch::randn({count}) * 8)).relu();
  values.index_put_({torch::indexing::Slice(0, 3)}, torch::tensor({INFINITY, -INFINITY, NAN}));
  return values.to(dtype);
}

TEST_F(Gpu, AResultNamesTheCardThatMadeIt) {
  const auto gpu = environment_record().gpu;
  ASSERT_TRUE(gpu.has_value());
  EXPECT_EQ(gpu->name, cuda_device(0)->name);
  EXPECT_NE(gpu->name, "");
  EXPECT_NE(gpu->driver, "");
  EXPECT_GT(gpu->memory_bytes, 1 << 30);
  EXPECT_GT(gpu->cuda, 0);
  EXPECT_GT(gpu->cudnn, 0);
}

TEST_F(Gpu, TheCensusAgreesWithTheHostOnEveryFormat) {
  for (const auto dtype : {torch::kHalf, torch::kBFloat16, torch::kFloat, torch::kDouble}) {
    for (const std::int64_t count : {3, 255, 1000003}) {
      const auto values = mixture(count, dtype);
      EXPECT_EQ(census_of(values.cuda()), census_of(values)) << dtype << ' ' << count;
    }
  }
}

TEST_F(Gpu, TheTallyAddsUpBothMemories) {
  RangeTally tally;
  tally.add(torch::tensor({1.0F, 0.0F}).cuda());
  tally.add(torch::tensor({-3.0F, 1e-6F}));
  tally.add(torch::empty({0}).cuda());
  const RangeCensus expected{.elements = 4,
                             .non_finite = 0,
                             .zeros = 1,
                             .half_subnormals = 1,
                             .above_half_max = 0,
                             .max_abs = 3};
  EXPECT_EQ(tally.total(), expected);
}

}  // namespace
}  // namespace harness
