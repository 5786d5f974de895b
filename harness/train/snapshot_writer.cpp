#include "harness/train/snapshot_writer.h"

#include <chrono>
#include <utility>

namespace harness {

SnapshotWriter::SnapshotWriter(std::filesystem::path path, Write write)
    : path_(std::move(path)), write_(std::move(write)) {}

SnapshotWriter::~SnapshotWriter() {
  if (pending_.valid()) pending_.wait();
}

void SnapshotWriter::begin(TrainingSnapshot snapshot) {
  finish();
  pending_ = std::async(std::launch::async,
                        [this, snapshot = std::move(snapshot)] { write_(path_, snapshot); });
}

void SnapshotWriter::check() {
  using namespace std::chrono_literals;
  if (pending_.valid() && pending_.wait_for(0s) == std::future_status::ready) pending_.get();
}

void SnapshotWriter::finish() {
  if (pending_.valid()) pending_.get();
}

}  // namespace harness
