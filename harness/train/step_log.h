#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>

#include "harness/base/append_file.h"
#include "harness/train/trainer.h"

namespace harness {

/// steps.jsonl, which `halfproof diff` compares: one line with a JSON object for each step, exact
/// to the last bit.
///
/// {"step", "epoch", "lr", "loss", "scale", "overflow", "skipped", "grad_norm"} and with digests
/// {"digest": over all, "tensors": {name: first 16 hex digits}}. What is not finite is null.
class StepLog {
 public:
  /// Appends after the first `keep_bytes` bytes and cuts off the rest. Throws Error(kIo).
  StepLog(std::filesystem::path path, std::uintmax_t keep_bytes)
      : file_(std::move(path), keep_bytes) {}

  void add(const Iteration& iteration);
  /// Flushes the file to the disk and returns its size in bytes.
  std::uintmax_t flush() { return file_.sync(); }

 private:
  AppendFile file_;
};

}  // namespace harness
