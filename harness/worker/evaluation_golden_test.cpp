// Whole evaluations against the confusion matrices of the real MMSegmentation.

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/data/cityscapes.h"
#include "harness/evaluate/evaluator.h"
#include "harness/precision/half_convolution.h"
#include "harness/testing/minizoo_rows.h"

namespace harness {
namespace {

constexpr const char* kScenes = "fixtures/minizoo/data/scenes";

EvaluationResult evaluate_row_in(const MinizooRow& row, Policy policy, Protocol protocol) {
  const torch::InferenceMode no_gradients;
  auto model = row.model(policy);
  EvaluatorOptions options;
  options.scale = {128, 256};
  options.protocol = protocol;
  options.images_in_flight = recommended_images_in_flight(torch::kCPU);
  return evaluate(find_cityscapes(kScenes, "val"),
                  {{std::string(to_string(policy)),
                    [&](const torch::Tensor& image) { return run_model(model, policy, image); }}},
                  options);
}

/// At most one pixel in 10,000 of another class, and mIoU, mAcc, aAcc within `points`.
void expect_golden(const ConfusionMatrix& ours, const Json& golden, double points) {
  const auto expected = golden.at("confusion").get<std::vector<std::vector<std::int64_t>>>();
  ASSERT_EQ(ours.num_classes(), static_cast<std::int64_t>(expected.size()));
  std::int64_t pixels = 0;
  std::int64_t moved = 0;
  for (std::size_t label = 0; label < expected.size(); ++label) {
    for (std::size_t predicted = 0; predicted < expected.size(); ++predicted) {
      const auto count =
          ours.count(static_cast<std::int64_t>(label), static_cast<std::int64_t>(predicted));
      pixels += expected[label][predicted];
      moved += std::abs(count - expected[label][predicted]);
    }
  }
  ASSERT_GT(pixels, 100000);
  // A pixel of another class leaves one cell and enters another.
  EXPECT_LE(static_cast<double>(moved) / 2.0, 1e-4 * static_cast<double>(pixels));
  const Json& metrics = golden.at("metrics");
  EXPECT_NEAR(ours.miou(), 100.0 * metrics.at("mIoU").get<double>(), points);
  EXPECT_NEAR(ours.macc(), 100.0 * metrics.at("mAcc").get<double>(), points);
  EXPECT_NEAR(ours.aacc(), 100.0 * metrics.at("aAcc").get<double>(), points);
}

std::vector<std::string> names_of(const std::vector<MinizooRow>& rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) names.push_back(row.golden);
  return names;
}

class EvaluationGolden : public testing::TestWithParam<MinizooRow> {
 protected:
  EvaluationGolden() { register_half_convolution(); }
  static Json golden(const std::string& suffix = "") {
    return read_json_file("fixtures/minizoo/goldens/eval/" + GetParam().golden + suffix + ".json");
  }
};

// The goldens' metrics are rounded to 0.01 points: 0.005 of the tolerance is theirs.
TEST_P(EvaluationGolden, Fp32) {
  const auto result = evaluate_row_in(GetParam(), Policy::kFp32, Protocol::kWholeImage);
  expect_golden(result.forwards.at(0).confusion, golden().at("fp32"), 0.01);
}

class EvaluationGoldenInHalf : public EvaluationGolden {};

TEST_P(EvaluationGoldenInHalf, Fp16) {
  const auto result = evaluate_row_in(GetParam(), Policy::kFp16Master, Protocol::kWholeImage);
  expect_golden(result.forwards.at(0).confusion, golden().at("fp16"), 0.03);
}

class EvaluationGoldenOfScales : public EvaluationGolden {};

TEST_P(EvaluationGoldenOfScales, SixScalesAndFlip) {
  const auto result = evaluate_row_in(GetParam(), Policy::kFp32, Protocol::kMultiScaleFlip);
  expect_golden(result.forwards.at(0).confusion, golden("_ms_flip"), 0.01);
}

/// No golden is left out: the suites below take as many rows as there are goldens of their kind.
TEST(EvaluationGoldens, AreAllCompared) {
  std::vector<std::string> half;
  std::vector<std::string> of_scales;
  std::vector<std::string> all;
  for (const auto& row : minizoo_rows()) {
    const std::string stem = "fixtures/minizoo/goldens/eval/" + row.golden;
    const Json golden = read_json_file(stem + ".json");
    if (golden.contains("fp32")) all.push_back(row.golden);
    if (golden.contains("fp16")) half.push_back(row.golden);
    if (std::filesystem::exists(stem + "_ms_flip.json")) of_scales.push_back(row.golden);
  }
  EXPECT_EQ(all, names_of(minizoo_rows()));
  EXPECT_EQ(half, names_of(minizoo_rows(/*half=*/true)));
  EXPECT_EQ(of_scales, names_of(minizoo_rows(/*half=*/false)));
  EXPECT_EQ(half.size(), 4U);
  EXPECT_EQ(of_scales.size(), 4U);
}

const auto name_of_row = [](const auto& row) { return row.param.golden; };

INSTANTIATE_TEST_SUITE_P(Minizoo, EvaluationGolden, testing::ValuesIn(minizoo_rows()), name_of_row);
INSTANTIATE_TEST_SUITE_P(Minizoo, EvaluationGoldenInHalf,
                         testing::ValuesIn(minizoo_rows(/*half=*/true)), name_of_row);
INSTANTIATE_TEST_SUITE_P(Minizoo, EvaluationGoldenOfScales,
                         testing::ValuesIn(minizoo_rows(/*half=*/false)), name_of_row);

}  // namespace
}  // namespace harness
