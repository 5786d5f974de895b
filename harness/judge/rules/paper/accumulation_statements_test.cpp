#include <gtest/gtest.h>

#include "harness/testing/paper_documents.h"

namespace harness {
namespace {

TEST(AccumulationStatements, SumsThatAreAsGoodInHalfOrAsBadInFp32Fail) {
  Experiment one = accumulation_document();
  one.measurements["dot_products"][1]["half_error"] = 0.0004;
  EXPECT_EQ(judged(one, "dot-products").verdict, Verdict::kFail);
  one = accumulation_document();
  one.measurements["dot_products"][0]["single_error"] = 0.001;
  EXPECT_EQ(judged(one, "dot-products").verdict, Verdict::kFail);
  one.measurements["statistics"][1]["single_mean"] = 0.0625;
  EXPECT_EQ(judged(one, "statistics").verdict, Verdict::kFail);
  one.measurements["activations"]["single_off"] = 1;
  EXPECT_EQ(judged(one, "activations").verdict, Verdict::kFail);
  one.measurements["kernels"]["sum_of_ones"]["measured"] = 2048;
  EXPECT_EQ(judged(one, "kernels").verdict, Verdict::kFail);
}

}  // namespace
}  // namespace harness
