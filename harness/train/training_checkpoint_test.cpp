#include "harness/train/training_checkpoint.h"

#include <bit>
#include <cmath>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/checkpoint/checkpoint_writer.h"
#include "harness/testing/training_net.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

TrainingSnapshot snapshot() {
  TrainingSnapshot snapshot;
  snapshot.key = "k";
  snapshot.weights = {{"a.conv.weight", torch::arange(12).reshape({2, 6}).to(torch::kHalf)},
                      {"a.bn.num_batches_tracked", torch::tensor(7)}};
  snapshot.state.steps = 7;
  snapshot.state.skipped = 1;
  snapshot.state.scaler = {{"cur_scale", 512.0}};
  snapshot.state.masters = {{"a.conv.weight", torch::rand({2, 6})}};
  snapshot.state.momentum = {{"a.conv.weight", torch::rand({2, 6})}};
  snapshot.position = {1, 3};
  snapshot.averages = {{"count", 2}, {"sums", Json::array()}};
  snapshot.tallies = {{"steps", 7}};
  snapshot.log_bytes = 100;
  snapshot.step_bytes = 200;
  snapshot.meta = {{"seed", 0}, {"iter", 7}};
  snapshot.lr = 0.05;
  return snapshot;
}

void expect_equal(const NamedTensors& a, const NamedTensors& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].first, b[i].first);
    EXPECT_EQ(a[i].second.scalar_type(), b[i].second.scalar_type());
    EXPECT_TRUE(torch::equal(a[i].second, b[i].second)) << a[i].first;
  }
}

TEST(TrainingCheckpoint, ComesBackAsItWas) {
  const TemporaryFolder folder;
  const TrainingSnapshot written = snapshot();
  write_snapshot(folder.path() / "latest.pth", written);
  const auto read = read_snapshot(folder.path() / "latest.pth");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->key, "k");
  expect_equal(read->weights, written.weights);
  expect_equal(read->state.masters, written.state.masters);
  expect_equal(read->state.momentum, written.state.momentum);
  EXPECT_EQ(read->state.steps, 7);
  EXPECT_EQ(read->state.skipped, 1);
  EXPECT_EQ(read->state.scaler, written.state.scaler);
  EXPECT_EQ(read->position, written.position);
  EXPECT_EQ(read->averages, written.averages);
  EXPECT_EQ(read->tallies, written.tallies);
  EXPECT_EQ(read->log_bytes, 100u);
  EXPECT_EQ(read->step_bytes, 200u);
}

TEST(TrainingCheckpoint, IsOneThatTheSourceCouldHaveWritten) {
  const TemporaryFolder folder;
  write_snapshot(folder.path() / "latest.pth", snapshot());
  const Checkpoint file = Checkpoint::open(folder.path() / "latest.pth");
  EXPECT_EQ(file.meta().at("iter"), 7);
  const Json& optimizer = file.top_level().at("optimizer");
  EXPECT_EQ(optimizer.at("param_groups")[0].at("lr"), 0.05);
  EXPECT_EQ(optimizer.at("param_groups")[0].at("params"), Json::array({0}));
  EXPECT_EQ(file.state_dict().at(0).name, "a.conv.weight");
}

TEST(TrainingCheckpoint, NoFileIsNothingAndAnotherFileAnError) {
  EXPECT_FALSE(read_snapshot("fixtures/nowhere.pth"));
  EXPECT_THROW(read_snapshot("fixtures/minizoo/zoo/pretrain/resnet50_v1c_w8-32c09ca3.pth"), Error);
}

TEST(TrainingCheckpoint, WhatIsNotFiniteComesBackBitForBit) {
  const TemporaryFolder folder;
  TrainingSnapshot written = snapshot();
  const double payload = std::bit_cast<double>(std::uint64_t{0x7ff8000000001234});
  written.averages["sums"] =
      Json::array({Json::array({"loss", payload}), Json::array({"grad_norm", -kInfinity})});
  written.tallies["scale"] = {{"max", kInfinity}};
  write_snapshot(folder.path() / "latest.pth", written);
  const auto read = read_snapshot(folder.path() / "latest.pth");
  ASSERT_TRUE(read);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(read->averages["sums"][0][1].get<double>()),
            std::bit_cast<std::uint64_t>(payload));
  EXPECT_EQ(read->averages["sums"][1][1].get<double>(), -kInfinity);
  EXPECT_EQ(read->tallies["scale"]["max"].get<double>(), kInfinity);
}

TEST(TrainingCheckpoint, ATrainingWhoseScaleBecameInfiniteGoesOn) {
  const TemporaryFolder folder;
  TrainingOptions options = options_of(Policy::kFp16Master, ScalerType::kMmcvDynamic);
  options.scaler.init_scale = 0x1p1023;
  options.scaler.growth_interval = 1;
  LossScaler scaler(options.scaler);
  scaler.update(/*overflow=*/false);
  scaler.update(/*overflow=*/false);
  ASSERT_TRUE(std::isinf(scaler.scale()));
  TrainingSnapshot written = snapshot();
  written.state.scaler = scaler.state();
  write_snapshot(folder.path() / "latest.pth", written);
  LossScaler resumed(options.scaler);
  resumed.restore(read_snapshot(folder.path() / "latest.pth")->state.scaler);
  EXPECT_EQ(resumed.scale(), scaler.scale());
  EXPECT_EQ(resumed.state(), scaler.state());
}

TEST(TrainingCheckpoint, KeepsMomentumOnce) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "latest.pth";
  TrainingSnapshot written = snapshot();
  write_snapshot(file, written);
  const auto small = fs::file_size(file);
  constexpr std::int64_t kMore = 1 << 20;
  written.state.momentum[0].second = torch::rand({kMore});
  write_snapshot(file, written);
  const auto bytes = static_cast<std::int64_t>(fs::file_size(file) - small);
  EXPECT_GE(bytes, 4 * kMore - 1000);
  EXPECT_LT(bytes, 4 * kMore + 1000);
}

TEST(TrainingCheckpoint, MomentumIsThatOfItsParameter) {
  const TemporaryFolder folder;
  TrainingSnapshot written = snapshot();
  written.state.momentum.clear();
  // Eleven, so that the order of their numbers as text is another one.
  for (int i = 0; i < 11; ++i) {
    written.state.momentum.emplace_back("p" + std::to_string(i), torch::full({2}, i));
  }
  write_snapshot(folder.path() / "latest.pth", written);
  expect_equal(read_snapshot(folder.path() / "latest.pth")->state.momentum, written.state.momentum);
}

TEST(TrainingCheckpoint, AStateOfAnotherFormatIsRefusedByItsNumber) {
  const TemporaryFolder folder;
  PythonValue own = PythonValue::dict();
  own.set("facts", Json{{"key", "k"}, {"steps", 7}}.dump());
  PythonValue root = PythonValue::dict();
  root.set("state_dict", PythonValue::state_dict({}));
  root.set("halfproof", std::move(own));
  write_checkpoint(folder.path() / "latest.pth", root);
  try {
    read_snapshot(folder.path() / "latest.pth");
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidFile);
    EXPECT_THAT(error.detail(), testing::AllOf(testing::HasSubstr("format 2, got one of format 1"),
                                               testing::HasSubstr("--restart")));
  }
}

}  // namespace
}  // namespace harness
