#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// A `.log.json` of mmcv's TextLoggerHook, or a `.json` of mmengine's LoggerHook (`scalars.json`):
/// one JSON object a line. Key names of all generations ("decode.loss_seg" of mmseg 0.5,
/// "decode.loss_ce" of 0.18) are kept as they stand.
///
/// mmengine's lines have no mode but a `step`, the iteration; those of training also an `iter`
/// (mmengine 0.10.4, runner/log_processor.py). Such a log has no environment.
struct TrainingLog {
  struct Entry {
    std::int64_t line = 0;       ///< 1-based.
    std::int64_t iteration = 0;  ///< 1-based training iteration, see below.
    Json values;                 ///< The line as it stands; NaN is the JSON null.
  };
  Json environment = Json::object();  ///< The first line: env_info, seed, exp_name, config, ...
  /// Lines without a mode, 1-based. A resumed run writes its environment again.
  std::vector<std::int64_t> environment_lines;
  std::vector<Entry> train;
  std::vector<Entry> validation;  ///< mmcv 1.3.14 writes the val loader's length as `iter`; the
                                  ///< iteration here is then that of the training line before it
                                  ///< (or the one its `interval` implies).
  /// Are mIoU, mAcc and aAcc in percent, as mmseg 1.x writes them? mmcv's lines hold fractions.
  bool is_in_percent = false;

  /// Percent, of a validation line; nothing when it has no finite mIoU.
  std::optional<double> miou(const Entry& line) const;
  /// Percent, of the last validation line; NaN when there is none or it has no mIoU.
  double last_miou() const;
};

/// Throws Error(kInvalidFile) that names file and line: not JSON, no known mode, an unknown form,
/// lines of both forms.
TrainingLog read_training_log(const std::filesystem::path& path);
/// The same for the text of such a file.
TrainingLog parse_training_log(std::string_view text, std::string_view subject);

}  // namespace harness
