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

/// Sums of the iterations since the last line of a log. JSON keeps them through a stop.
class LogAverages {
 public:
  using Values = std::vector<std::pair<std::string, double>>;

  void add(const Values& values);
  std::int64_t count() const noexcept { return count_; }
  /// Means in the order in which names came first.
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
/// (tools/analyze_logs.py) and our reader take it.
class TrainingLogWriter {
 public:
  /// Opens for appending and cuts off what stands behind the first `keep_bytes` bytes: lines of
  /// iterations that will be run again. Throws Error(kIo).
  TrainingLogWriter(std::filesystem::path path, std::uintmax_t keep_bytes)
      : file_(std::move(path), keep_bytes) {}

  /// The first line: {"env_info", "seed", "exp_name", "mmseg_version", "config", "CLASSES",
  /// "PALETTE"} or what there is of it.
  void begin(const Json& meta);

  struct Position {
    std::int64_t epoch = 1;      ///< 1-based.
    std::int64_t iteration = 0;  ///< 1-based: of the training that was last done.
    double lr = 0.0;
  };
  /// {"mode": "train", "epoch", "iter", "lr", "memory" (MiB, where it is known), "data_time",
  /// losses..., "loss", "time"}.
  void train(const Position& position, std::optional<std::int64_t> memory_mib,
             const LogAverages::Values& means);

  /// {"mode": "val", "epoch", "iter": images evaluated, "lr", values...}, fractions to 4 decimals.
  void validation(const Position& position, std::int64_t images, const LogAverages::Values& values);

  /// Bytes that stand in the file, all of them on the disk.
  std::uintmax_t flush() { return file_.sync(); }

 private:
  void write(const Json& line);

  AppendFile file_;
};

}  // namespace harness
