#include "harness/worker/memory_needs.h"

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/evaluate/memory_meter.h"
#include "harness/lockstep/lockstep.h"
#include "harness/network/model_builder.h"
#include "harness/precision/policy.h"
#include "harness/table/model_cost.h"
#include "harness/testing/minizoo_rows.h"
#include "harness/worker/lockstep_job.h"
#include "harness/worker/memory_job.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A row whose step is large enough to be estimated.
template <typename Job>
Job larger_job_in(const std::filesystem::path& folder) {
  Job job;
  job.suite = "minizoo";
  job.row = minizoo_row("fcn_fp16").row;
  job.row.recipe["crop"] = {256, 512};
  job.row.recipe["batch"] = 2;
  job.data.root = std::filesystem::absolute("fixtures/minizoo/data/scenes").string();
  job.device = "cpu";
  job.out = folder / "row";
  return job;
}

TrainJob lockstep_in(const std::filesystem::path& folder) {
  auto job = larger_job_in<TrainJob>(folder);
  job.precision = "fp16";
  job.iterations = 1;
  job.key = "key";
  return job;
}

/// The largest sum of bytes of tensors while it ran.
template <typename Action>
std::int64_t peak_of(Action&& action) {
  const MemoryMeter meter(torch::kCPU);
  const std::int64_t before = meter.current_bytes();
  action();
  return meter.peak_bytes() - before;
}

TEST(MemoryNeeds, OfALockstepAreEnoughAndNotFarTooMuch) {
  const TemporaryFolder folder;
  TrainJob job = lockstep_in(folder.path());
  prepare_process(job);
  const auto estimate = estimate_lockstep_memory(job);
  testing::internal::CaptureStdout();
  const auto needed = peak_of([&] { lockstep_job(job); });
  testing::internal::GetCapturedStdout();
  EXPECT_GE(estimate, needed);
  EXPECT_LE(estimate, needed * 3 / 2);
}

/// Of a model whose state is larger than its activations.
TEST(MemoryNeeds, OfALockstepsStateAreWhatItKeeps) {
  LockstepOptions options;
  options.arithmetic.policy = Policy::kFp16Master;
  options.arithmetic.scaler = default_scaler(Policy::kFp16Master);
  auto spec = minizoo_row("fcn_fp32").spec();
  spec.decode_head.channels = 512;
  spec.decode_head.dropout_ratio = spec.auxiliary_head.dropout_ratio = 0.0;
  const models::EncoderDecoder model(to_options(spec));
  const auto parameters = parameter_count(spec);
  const MemoryMeter meter(torch::kCPU);
  const auto before = meter.current_bytes();
  Lockstep lockstep(to_options(spec), models::state_dict(*model), options);
  lockstep.run(torch::randn({2, 3, 32, 32}), torch::randint(0, 19, {2, 32, 32}), 0.01);
  const auto kept = static_cast<double>(meter.current_bytes() - before);
  const auto said =
      static_cast<double>(lockstep_bytes(parameters) - kOfALockstepsStep * parameters);
  EXPECT_NEAR(kept / said, 1.0, 0.02);
}

TEST(MemoryNeeds, NoJobOfTrainingStepsBeginsWithLess) {
  const TemporaryFolder folder;
  TrainJob job = lockstep_in(folder.path());
  job.memory_bytes = 1 << 20;
  for (const auto run : {train_job, lockstep_job}) {
    try {
      run(job);
      ADD_FAILURE() << "expected an Error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
      EXPECT_THAT(error.detail(), StartsWith("no memory"));
      EXPECT_THAT(error.detail(), HasSubstr("1.00 MiB"));
    }
    EXPECT_FALSE(std::filesystem::exists(job.out));
  }
}

TEST(MemoryNeeds, AreThoseOfTheRecipesBatch) {
  const TemporaryFolder folder;
  TrainJob job = lockstep_in(folder.path());
  const auto two = estimate_lockstep_memory(job);
  job.row.recipe["batch"] = 8;
  const auto eight = estimate_lockstep_memory(job);
  EXPECT_GT(eight, 2 * two) << "activations are most of so small a model";
  EXPECT_LT(eight, 4 * two);
}

/// What the worker says of each stage: its name and the reason.
std::vector<std::pair<std::string, std::string>> foreseen(const DrawnJob& job) {
  testing::internal::CaptureStdout();
  foresee_memory(job);
  std::istringstream lines(testing::internal::GetCapturedStdout());
  std::vector<std::pair<std::string, std::string>> found;
  for (std::string line; std::getline(lines, line);) {
    const Json event = Json::parse(line);
    EXPECT_EQ(event.at("event"), "foreseen");
    found.emplace_back(
        event.at("stage").get<std::string>() + " " + event.at("precision").get<std::string>(),
        event.at("reason"));
  }
  return found;
}

TEST(MemoryNeeds, AreForeseenForEveryStage) {
  const TemporaryFolder folder;
  auto job = larger_job_in<DrawnJob>(folder.path());
  job.results = {{"memory", "fp16", ""},
                 {"memory", "fp32", ""},
                 {"train", "fp32", ""},
                 {"lockstep", "fp16", ""}};
  using testing::ElementsAre;
  using testing::Pair;
  EXPECT_THAT(foreseen(job), ElementsAre(Pair("memory fp16", ""), Pair("memory fp32", ""),
                                         Pair("train fp32", ""), Pair("lockstep fp16", "")));
  job.memory_bytes = 1 << 20;
  const auto short_of = StartsWith("no memory");
  EXPECT_THAT(foreseen(job),
              ElementsAre(Pair("memory fp16", short_of), Pair("memory fp32", short_of),
                          Pair("train fp32", short_of), Pair("lockstep fp16", short_of)));
  EXPECT_FALSE(std::filesystem::exists(job.out));
}

TEST(MemoryNeeds, OfAGpuAreItsAllocators) {
  const TemporaryFolder folder;
  TrainJob job = lockstep_in(folder.path());
  job.device = "cuda";
  job.memory_bytes = 1 << 20;
  EXPECT_NO_THROW(require_memory_of_training(job, "fp16"));
  EXPECT_NO_THROW(require_memory_of_lockstep(job, "fp16"));
  EXPECT_NO_THROW(require_memory_of_step(job, "fp16"));
}

}  // namespace
}  // namespace harness
