#include "harness/paper/experiment_row.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(ExperimentRow, LinesHoldTheNamedTensorsInOrder) {
  const NamedTensors tensors = {{"a", torch::ones({2, 1})},
                                {"b", torch::full({1}, 3.0)},
                                {"c", torch::full({2}, 5.0, torch::kHalf)}};
  const auto line = line_of(tensors, {"c", "a"});
  EXPECT_TRUE(torch::equal(line, torch::tensor({5.0F, 5.0F, 1.0F, 1.0F})));
  EXPECT_THROW(line_of(tensors, {"d"}), c10::Error);
  EXPECT_THROW(line_of(tensors, {}), c10::Error);
}

}  // namespace
}  // namespace harness
