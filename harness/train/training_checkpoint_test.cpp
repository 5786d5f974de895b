#include "harness/train/training_checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/checkpoint/checkpoint.h"

namespace harness {
namespace {

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

}  // namespace
}  // namespace harness
