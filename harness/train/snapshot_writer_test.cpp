#include "harness/train/snapshot_writer.h"

#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <torch/types.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

TrainingSnapshot snapshot_of(const std::string& key, double value) {
  TrainingSnapshot snapshot;
  snapshot.key = key;
  snapshot.weights.emplace_back("weight", torch::full({3}, value));
  snapshot.state.scaler = Json::object();
  return snapshot;
}

class SnapshotWriterTest : public testing::Test {
 protected:
  fs::path file() const { return folder_.path() / "latest.pth"; }
  TemporaryFolder folder_;
};

TEST_F(SnapshotWriterTest, LeavesTheLastSnapshotThatWasBegun) {
  SnapshotWriter writer(file());
  writer.begin(snapshot_of("first", 1.0));
  writer.begin(snapshot_of("second", 2.0));
  writer.finish();
  const auto read = read_snapshot(file());
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->key, "second");
  EXPECT_EQ(read->weights.at(0).second[0].item<double>(), 2.0);
}

TEST_F(SnapshotWriterTest, TheTrainingGoesOnMeanwhileAndTheEndWaits) {
  std::promise<void> may_write;
  int written = 0;
  {
    SnapshotWriter writer(file(), [&](const fs::path&, const TrainingSnapshot&) {
      may_write.get_future().wait();
      ++written;
    });
    writer.begin(snapshot_of("k", 1.0));
    writer.check();  // Not ready, and nobody waits.
    EXPECT_EQ(written, 0);
    may_write.set_value();
  }
  EXPECT_EQ(written, 1);
}

/// Waits until check() throws, as steps would.
bool fails_at_some_step(SnapshotWriter& writer) {
  for (int step = 0; step < 10000; ++step) {
    try {
      writer.check();
    } catch (const Error& error) {
      return error.code() == ErrorCode::kIo;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

TEST_F(SnapshotWriterTest, AFailedWriteIsAnErrorOfTheNextStepAndKeepsTheFileBefore) {
  SnapshotWriter good(file());
  good.begin(snapshot_of("before", 1.0));
  good.finish();
  SnapshotWriter writer(file(), [](const fs::path& path, const TrainingSnapshot&) {
    throw Error(ErrorCode::kIo, path.string(), "no space left on device");
  });
  writer.begin(snapshot_of("after", 2.0));
  EXPECT_TRUE(fails_at_some_step(writer));
  EXPECT_NO_THROW(writer.check());
  EXPECT_EQ(read_snapshot(file())->key, "before");
  writer.begin(snapshot_of("after", 2.0));
  EXPECT_THROW(writer.begin(snapshot_of("later", 3.0)), Error);
  writer.begin(snapshot_of("after", 2.0));
  EXPECT_THROW(writer.finish(), Error);
}

TEST_F(SnapshotWriterTest, AFolderThatIsGoneIsSaid) {
  SnapshotWriter writer("/dev/null/nowhere/latest.pth");
  writer.begin(snapshot_of("k", 1.0));
  EXPECT_THROW(writer.finish(), Error);
}

}  // namespace
}  // namespace harness
