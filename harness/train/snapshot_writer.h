#pragma once

#include <filesystem>
#include <functional>
#include <future>

#include "harness/train/training_checkpoint.h"

namespace harness {

/// Writes snapshots in a thread while the training goes on, one at a time. Each file is complete or
/// not there (write_snapshot()), also where the process is ended meanwhile.
class SnapshotWriter {
 public:
  using Write = std::function<void(const std::filesystem::path&, const TrainingSnapshot&)>;

  /// write: write_snapshot(), but for tests.
  explicit SnapshotWriter(std::filesystem::path path, Write write = write_snapshot);
  ~SnapshotWriter();  ///< Waits; an error that nobody asked for is lost.
  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;

  /// Waits for the snapshot before, then begins and returns. No tensor of the snapshot may change
  /// from here on. Throws the error of the snapshot before.
  void begin(TrainingSnapshot snapshot);

  /// Throws the error of a snapshot that could not be written, once; waits for nothing.
  void check();

  /// Waits for the snapshot that was begun. Throws its error, once.
  void finish();

 private:
  std::filesystem::path path_;
  Write write_;
  std::future<void> pending_;
};

}  // namespace harness
