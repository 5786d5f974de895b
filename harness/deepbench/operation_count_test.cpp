#include "harness/deepbench/operation_count.h"

#include <cmath>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "harness/deepbench/problem_suite.h"

namespace harness {
namespace {

Work work_of(const char* fields) {
  return problem_from_json(parse_json(std::string("{\"id\": \"a\", ") + fields + "}", "f"), "f", "")
      .work;
}

TEST(OperationCount, AMultiplyAddIsTwo) {
  const Work gemm = work_of(R"("op": "gemm", "m": 2, "n": 3, "k": 5)");
  EXPECT_EQ(operation_count(gemm), 60);
  EXPECT_EQ(byte_count(gemm, 2), (10 + 15 + 6) * 2);
}

TEST(OperationCount, AGroupSeesItsOwnChannels) {
  // y is {2, 6, 3, 4}: (5 + 2 - 3) / 2 + 1 and 4 + 2 - 3 + 1.
  const Work work = work_of(R"("op": "convolution", "n": 2, "c": 4, "h": 5, "w": 4, "k": 6,
                               "r": 3, "s": 3, "pad": [1, 1], "stride": [2, 1], "groups": 2)");
  EXPECT_EQ(operation_count(work), 2 * (2 * 6 * 3 * 4) * (2 * 3 * 3));
  EXPECT_EQ(byte_count(work, 4), (2 * 4 * 5 * 4 + 6 * 2 * 3 * 3 + 2 * 6 * 3 * 4) * 4);
}

TEST(OperationCount, CellsHaveGates) {
  const auto count = [](const char* type) {
    return operation_count(work_of((std::string(R"("op": "recurrent", "hidden": 10, "batch": 2,
                                                   "timesteps": 3, "type": ")") +
                                    type + "\"")
                                       .c_str()));
  };
  EXPECT_EQ(count("vanilla"), 2 * 3 * 2 * 100);
  EXPECT_EQ(count("lstm"), 8 * 3 * 2 * 100);
  EXPECT_EQ(count("gru"), 6 * 3 * 2 * 100);
}

TEST(OperationCount, ZerosOfASparseOperandAreNotMultiplied) {
  const Work work =
      work_of(R"("op": "sparse_gemm", "m": 7860, "n": 2, "k": 2560, "sparsity": 0.95)");
  EXPECT_EQ(operation_count(work), 2 * 1006080 * 2);
  EXPECT_EQ(byte_count(work, 4), 1006080 * 8 + 4 * 7861 + (2560 * 2 + 7860 * 2) * 4);
}

TEST(OperationCount, RanksAddUp) {
  const Work work = work_of(R"("op": "all_reduce", "elements": 100, "ranks": 4)");
  EXPECT_EQ(operation_count(work), 300);
  EXPECT_EQ(byte_count(work, 4), 3200);
}

/// DeepBench's sheets print a time and a rate; their product is the count they used, to the digits
/// of the time (whole microseconds).
TEST(OperationCount, PublishedRatesFollowFromIt) {
  std::map<std::string, std::int64_t> counts;
  for (const char* name : {"training", "inference_server"}) {
    const auto suite = read_problem_suite(std::string("suites/deepbench_") + name + ".json");
    for (const auto& problem : suite.problems) counts[problem.id] = operation_count(problem.work);
  }
  const Json published = read_json_file("fixtures/deepbench/published_rates.json");
  ASSERT_EQ(published.at("rates").size(), 535U);
  for (const auto& rate : published.at("rates")) {
    const auto id = rate.at(0).get<std::string>();
    const double printed = rate.at(1).get<double>() * 1e-3 * rate.at(2).get<double>() * 1e12;
    EXPECT_NEAR(static_cast<double>(counts.at(id)), printed, 0.02 * printed) << id;
  }
}

}  // namespace
}  // namespace harness
