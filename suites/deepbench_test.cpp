// The command, its worker and LibTorch's kernels, from a suite to the closing count.

#include <filesystem>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/record/deepbench_record.h"
#include "harness/testing/child_process.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

class SmallDeepbench : public testing::Test {
 protected:
  /// The exit code says whether a time was too noisy: 0 or 3 when every kernel is right.
  void run(const std::string& precisions) const {
    const int status = wait_for(
        start_halfproof({"deepbench", "suites/deepbench_small.json", "--precision", precisions,
                         "--seconds", "0.02", "--threads", "1", "--out", folder_.path().string()}));
    EXPECT_TRUE(ended_with(status, 0) || ended_with(status, 3)) << "status of wait(2): " << status;
  }
  fs::path file(const std::string& name) const { return folder_.path() / "deepbench" / name; }
  DeepbenchRecord record(const std::string& name) const {
    return deepbench_record_from_json(read_json_file(file(name)), name);
  }

  TemporaryFolder folder_;
};

TEST_F(SmallDeepbench, EveryKernelIsRightInEveryPrecision) {
  run("fp16,bf16,fp32,fp64");
  const Json summary = read_json_file(file("summary.json"));
  // Two GEMMs and three passes of four convolutions.
  EXPECT_EQ(summary.at("kernels").at("right"), 4 * (2 + 3 * 4));
  EXPECT_EQ(summary.at("problems").at("ran"), 4 * 6);
  EXPECT_EQ(summary.at("problems").at("failed"), 0);
  std::map<std::string, int> statuses;
  for (const auto& one : summary.at("records")) ++statuses[one.at("status").get<std::string>()];
  EXPECT_EQ(statuses, (std::map<std::string, int>{{"ok", 24}, {"skipped", 16}}));
  const DeepbenchRecord half = record("convolution.dilated-fp16.json");
  ASSERT_EQ(half.kernels.size(), 3U);
  for (const auto& kernel : half.kernels) {
    EXPECT_EQ(kernel.check.compared, kernel.check.elements);
    EXPECT_EQ(kernel.check.exact.value().different, 0);
    EXPECT_GT(kernel.timing.value().flops_per_s, 0.0);
    EXPECT_EQ(kernel.arithmetic.storage, "float16");
  }
  EXPECT_THAT(record("recurrent.lstm-fp16.json").reason, HasSubstr("no engine"));
}

TEST_F(SmallDeepbench, TheSameCommandKeepsWhatIsThere) {
  run("fp32");
  const std::string before = read_file(file("gemm.plain-fp32.json"));
  fs::remove(file("gemm.transposed-fp32.json"));
  run("fp32");
  EXPECT_EQ(read_file(file("gemm.plain-fp32.json")), before);
  EXPECT_EQ(record("gemm.transposed-fp32.json").status, RunStatus::kOk);
}

}  // namespace
}  // namespace harness
