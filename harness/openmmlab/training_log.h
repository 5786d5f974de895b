#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/openmmlab/log_scale.h"

namespace harness {

/// A `.log.json` of mmcv's TextLoggerHook, or a `.json` of mmengine's LoggerHook (`scalars.json`):
/// one JSON object a line. Key names of all generations ("decode.loss_seg" of mmseg 0.5,
/// "decode.loss_ce" of 0.18) are kept as they stand. Lines are told apart by what they hold
/// (log_line.h), not by their mode alone.
///
/// mmengine's lines have no mode but a `step`, the iteration; those of training also an `iter`
/// (mmengine 0.10.4, runner/log_processor.py). Such a log has no environment.
struct TrainingLog {
  struct Entry {
    std::int64_t line = 0;       ///< 1-based.
    std::int64_t iteration = 0;  ///< 1-based training iteration, see below.
    Json values;                 ///< The line as it stands; NaN is the JSON null.
  };
  /// Something about the file that a reader should know: a line that is cut off, a second run.
  struct Remark {
    std::int64_t line = 0;  ///< 1-based; 0 for the whole file.
    std::string text;
  };
  Json environment = Json::object();  ///< The first line: env_info, seed, exp_name, config, ...
  /// Lines without a mode, 1-based. A resumed run writes its environment again.
  std::vector<std::int64_t> environment_lines;
  std::vector<Entry> train;
  /// Lines with metrics. mmcv 1.3.14 writes the val loader's length as `iter`; the iteration here
  /// is then that of the training line before it (or the one its `interval` implies).
  std::vector<Entry> validation;
  std::vector<Entry> validation_losses;  ///< Lines with losses on the validation set, no metric.
  std::vector<Remark> remarks;           ///< In the order of the lines.
  /// What mIoU, mAcc and aAcc are given in. A log that does not tell has no mIoU.
  LogScale scale = LogScale::kFraction;
  /// Did the lines count iterations within epochs, as mmcv's EpochBasedRunner does? `iteration` is
  /// then the epochs before times the last iteration that an epoch's lines name, plus the line's
  /// own: it may be off by less than a logging interval for each epoch.
  bool counted_within_epochs = false;

  /// Percent, of a validation line; nothing when it has no finite mIoU, or none of a known scale.
  std::optional<double> miou(const Entry& line) const;
  /// The last validation line that is about mIoU, whether it has a finite one or not; null pointer
  /// when there is none.
  const Entry* last_miou_line() const;
  /// Percent, of last_miou_line(); NaN when it has none.
  double last_miou() const;
};

/// Throws Error(kInvalidFile) that names file and line: not JSON, lines of both forms, no line of
/// training or validation. For a text log it names the JSON log to be taken instead.
///
/// A line that is cut off, of another mode, without a usable counter, or with a mIoU that is none
/// costs that line (of the last, its mIoU) and is remarked, as are restarts, further runs, a
/// missing environment and losses that are not finite; beyond 100 remarks on lines the others are
/// counted in one more. A byte-order mark and Windows line ends are read over.
TrainingLog read_training_log(const std::filesystem::path& path);
/// The same for the text of such a file.
TrainingLog parse_training_log(std::string_view text, std::string_view subject);

}  // namespace harness
