#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// What one line of a training log holds, by its content: mmcv of 2021 calls validations "train",
/// and a workflow with validation epochs writes losses under "val".
struct LogLineKind {
  bool training = false;         ///< Losses of training iterations.
  bool validation = false;       ///< Metrics on the validation set.
  bool validation_loss = false;  ///< Losses on it, and no metric.
  bool environment = false;      ///< Neither a mode nor a step nor a metric.
  bool of_mmengine = false;      ///< Counted by `step`, and without a mode.
};

/// Nothing for a mode that is neither "train" nor "val".
std::optional<LogLineKind> kind_of_log_line(const Json& line);

/// The key under which a line holds a mean ("mIoU", "mAcc", "aAcc"), also with a prefix
/// ("val/mIoU", "0_mIoU"); "" where it holds none, or those of several data sets.
std::string mean_key(const Json& line, std::string_view name);
std::string mean_iou_key(const Json& line);
/// Whether a key is mIoU, with or without a prefix.
bool is_mean_iou(std::string_view key);

/// The line as JSON. Python's json writes NaN and infinities as bare words, which JSON does not
/// know: they become null; text in quotes stays as it is.
/// Throws Error(kInvalidJson) as parse_json does.
Json parse_log_line(std::string_view line, std::string_view subject);

/// Is the line the beginning of an object whose end is missing, as a run leaves it that was killed
/// while it wrote?
bool is_cut_off(std::string_view line);

/// Does the file begin like JSON that was written over several lines, indented for people?
bool is_indented_json(std::string_view text);

/// Keys that speak of mIoU and are not the line's mIoU: "mIoU_ema", "best_mIoU", or those of
/// several data sets.
std::vector<std::string> other_mean_iou_keys(const Json& line);

/// Does the file begin like the text log that mmcv and mmengine write beside the JSON?
bool is_text_log(std::string_view text);

}  // namespace harness
