#include <utility>

#include <gtest/gtest.h>

#include "harness/testing/paper_documents.h"

namespace harness {
namespace {

using R = AccumulationRecord;

constexpr auto kName = PaperExperiment::kFp32Accumulation;

void expect_fails(const std::vector<PaperMutation<R>>& mutations) {
  expect_each_fails(kName, accumulation_record(), mutations);
}

TEST(AccumulationStatements, LongDotProductsAreOffInHalfAndNoneIsInFp32) {
  expect_fails({
      {"dot-products", "half is as good", [](R& r) { r.dot_products[1].half_error = 0.0004; }},
      {"dot-products", "half is off by nine roundings",
       [](R& r) { r.dot_products[1].half_error = 9 * 0x1p-11; }},
      {"dot-products", "FP32 is as bad at one length",
       [](R& r) { r.dot_products[0].single_error = 0.001; }},
      {"dot-products", "half and FP32 are swapped",
       [](R& r) { std::swap(r.dot_products[1].half_error, r.dot_products[1].single_error); }},
      {"dot-products", "another sign", [](R& r) { r.dot_products[0].single_error = -0.0004; }},
      {"dot-products", "the long one is missing", [](R& r) { r.dot_products.pop_back(); }},
      {"dot-products", "none", [](R& r) { r.dot_products.clear(); }},
      {"dot-products", "a sum that is no number and did not overflow",
       [](R& r) { r.dot_products[1].half_error = kNotMeasured; }},
  });
  R overflowed = accumulation_record();
  overflowed.dot_products[1].half = overflowed.dot_products[1].half_error = kNotMeasured;
  overflowed.dot_products[1].half_overflows = true;
  EXPECT_EQ(judged(document(kName, overflowed), "dot-products").verdict, Verdict::kPass);
}

TEST(AccumulationStatements, MeansOfManyEqualValuesAreWrongInHalfAlone) {
  expect_fails({
      {"statistics", "one is wrong in FP32", [](R& r) { r.statistics[1].single_mean = 0.0625; }},
      {"statistics", "FP32 was not measured",
       [](R& r) { r.statistics[2].single_mean = kNotMeasured; }},
      {"statistics", "none stagnates", [](R& r) { r.statistics[1].half_mean = 1.0; }},
      {"statistics", "none overflows", [](R& r) { r.statistics.pop_back(); }},
      {"statistics", "no control", [](R& r) { r.statistics.erase(r.statistics.begin()); }},
      {"statistics", "the control is of as many values",
       [](R& r) { r.statistics[0].count = 32768; }},
      {"statistics", "control and case are swapped",
       [](R& r) { std::swap(r.statistics[0].count, r.statistics[1].count); }},
      {"statistics", "a mean that is no number and did not overflow",
       [](R& r) { r.statistics[1].half_mean = kNotMeasured; }},
      {"statistics", "another sign", [](R& r) { r.statistics[1].value = -1.0; }},
      {"statistics", "none", [](R& r) { r.statistics.clear(); }},
  });
}

TEST(AccumulationStatements, ActivationsOfTheRowAreOffInHalfAlone) {
  expect_fails({
      {"activations", "4 % are off",
       [](R& r) { r.activations[0].half_off = 4, r.activations[1].half_off = 0; }},
      {"activations", "one is off in FP32", [](R& r) { r.activations[1].single_off = 1; }},
      {"activations", "more are off than there are", [](R& r) { r.activations[1].half_off = 41; }},
      {"activations", "another sign", [](R& r) { r.activations[1].single_off = -1; }},
      {"activations", "half and FP32 are swapped",
       [](R& r) { std::swap(r.activations[0].half_off, r.activations[0].single_off); }},
      {"activations", "no channel varies",
       [](R& r) {
         r.activations = {{"backbone.stem.0", 512, 0, 0, 0, 0.0, 0.0}};
       }},
      {"activations", "no layer", [](R& r) { r.activations.clear(); }},
  });
}

TEST(AccumulationStatements, TheKernelsOfTheRowsAddUpInFp32) {
  expect_fails({
      {"kernels", "a sum that ends at 2048", [](R& r) { r.kernels.sum_of_ones = 2048.0; }},
      {"kernels", "a mean that stagnates", [](R& r) { r.kernels.batch_norm_mean = 0.25; }},
      {"kernels", "another sign", [](R& r) { r.kernels.batch_norm_mean = -4.0; }},
      {"kernels", "a sum that half holds as well",
       [](R& r) { r.kernels.ones = 2048, r.kernels.sum_of_ones = 2048.0; }},
      {"kernels", "a mean that half holds as well", [](R& r) { r.kernels.count = 2048; }},
      {"kernels", "not measured", [](R& r) { r.kernels = {}; }},
  });
}

}  // namespace
}  // namespace harness
