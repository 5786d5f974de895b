#include "harness/checkpoint/numpy_weights.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> found(const char* top_level, const char* values = "{}") {
  std::vector<std::string> list;
  for (const auto& [name, form] : numpy_weights(Json::parse(top_level), Json::parse(values))) {
    list.push_back(name + ": " + form);
  }
  return list;
}

TEST(NumpyWeights, AreArraysOfFloatsAtAnyDepth) {
  EXPECT_THAT(found(R"({"model": {"w": {"__class__": "numpy.ndarray", "dtype": "float32",
                        "shape": [3, 2], "values": [1]}}, "epoch": 3,
                        "list": [0, {"__class__": "numpy.ndarray", "dtype": "float16",
                                     "shape": [9]}]})",
                    R"({"b": {"__class__": "numpy.ndarray", "dtype": "float64", "shape": [1]}})"),
              ElementsAre("b: numpy array float64 [1]", "model.w: numpy array float32 [3, 2]",
                          "list.1: numpy array float16 [9]"));
}

TEST(NumpyWeights, AreNoScalarsNoIntegersAndNoOtherObjects) {
  EXPECT_THAT(found(R"({"a": {"__class__": "numpy.ndarray", "dtype": "float32", "shape": []},
                        "b": {"__class__": "numpy.ndarray", "dtype": "uint32", "shape": [624]},
                        "c": {"__class__": "numpy.ndarray"}, "d": {"__class__": 3},
                        "e": {"__class__": "other", "dtype": "float32", "shape": [3]}})"),
              IsEmpty());
  EXPECT_THAT(found("null"), IsEmpty());
}

}  // namespace
}  // namespace harness
