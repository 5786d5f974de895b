#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/append_file.h"
#include "harness/base/json.h"

namespace harness {

/// Sums over the iterations since the last line of a log, which JSON preserves across a resume.
class LogAverages {
 public:
  using Values = std::vector<std::pair<std::string, double>>;

  void add(const Values& values);
  std::int64_t count() const noexcept { return count_; }
  /// Means, ordered by the first occurrence of the names.
  Values means() const;
  void clear() noexcept;

  Json state() const;
  /// Throws Error(kInvalidFile) for a state of another form.
  void restore(const Json& state);

 private:
  Values sums_;
  std::int64_t count_ = 0;
};

/// Writes the `.log.json` that mmcv 1.3.14's TextLoggerHook writes (mmcv/runner/hooks/logger/
/// text.py): one JSON object a line, floats rounded to 5 decimals, so that the source's own tools
/// (tools/analyze_logs.py) and our reader can read it.
class TrainingLogWriter {
 public:
  /// Opens for appending and cuts the file after its first `keep_bytes` bytes: what follows are
  /// lines of iterations that will be run again. Throws Error(kIo).
  TrainingLogWriter(std::filesystem::path path, std::uintmax_t keep_bytes)
      : file_(std::move(path), keep_bytes) {}

  /// The first line: {"env_info", "seed", "exp_name", "mmseg_version", "config", "CLASSES",
  /// "PALETTE"} (missing fields are omitted).
  void begin(const Json& meta);

  struct Position {
    std::int64_t epoch = 1;      ///< 1-based.
    std::int64_t iteration = 0;  ///< 1-based: the last training iteration.
    double lr = 0.0;
  };
  /// {"mode": "train", "epoch", "iter", "lr", "memory" (MiB, where it is known), "data_time",
  /// losses..., "loss", "time"}.
  void train(const Position& position, std::optional<std::int64_t> memory_mib,
             const LogAverages::Values& means);

  /// {"mode": "val", "epoch", "iter": images evaluated, "lr", values...}, fractions to 4 decimals.
  void validation(const Position& position, std::int64_t images, const LogAverages::Values& values);

  /// Flushes the file to the disk and returns its size in bytes.
  std::uintmax_t flush() { return file_.sync(); }

 private:
  void write(const Json& line);

  AppendFile file_;
};

}  // namespace harness
