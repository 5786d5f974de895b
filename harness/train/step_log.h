#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>

#include "harness/base/append_file.h"
#include "harness/train/trainer.h"

namespace harness {

/// steps.jsonl: one JSON object a line for each step, exact to the last bit: what `halfproof diff`
/// compares.
///
/// {"step", "epoch", "lr", "loss", "scale", "overflow", "skipped", "grad_norm"} and with digests
/// {"digest": over all, "tensors": {name: first 16 hex digits}}. What is not finite is null.
class StepLog {
 public:
  /// Appends behind the first `keep_bytes` bytes and cuts off the rest. Throws Error(kIo).
  StepLog(std::filesystem::path path, std::uintmax_t keep_bytes)
      : file_(std::move(path), keep_bytes) {}

  void add(const Iteration& iteration);
  /// Bytes that stand in the file, all of them on the disk.
  std::uintmax_t flush() { return file_.sync(); }

 private:
  AppendFile file_;
};

}  // namespace harness
