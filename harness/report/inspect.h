#pragma once

#include <filesystem>
#include <string_view>

#include "harness/base/json.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/openmmlab/training_log.h"

namespace harness {

/// What `halfproof inspect --json FILE` prints for a `.pth` file. Every value of every tensor is
/// read, every checksum compared.
///
/// {"kind": "checkpoint", "file", "format", "size",
///  "state_dict": {"tensors", "elements", "bytes", "dtypes": {"float16": 114, ...}, "statistics"},
///  "other_tensors": the same,
///  "tensors": [{"name", "dtype", "shape", "elements", "in": "state_dict" | "other_tensors",
///               "view": whether it is less than its storage or not in row-major order,
///               "shares": name of the first tensor of the same storage, or absent,
///               "min_abs", "max_abs", "non_finite", "zeros", "half_subnormals", "above_half_max",
///               "not_half_exact"}],
///  "state_dict_values": entries that are not tensors,
///  "top_level": the file's other content, without tensors' values; a config's text is replaced by
///               {"characters", "assignments"} or, where it cannot be read, {"characters",
///               "error"},
///  "unknown_classes": {"mmcv.Config": 1, ...}: names that stand for objects which were not made,
///  "state_dict_in": where it stands, "model.state_dict"; "" for the file's value itself,
///  "optimizers": ["optimizer", ...]: where the states of optimizers stand, "" for the file itself,
///  "not_read": {"w": "sparse_coo [4, 4]"}: tensors of forms and types that are not supported,
///  "unknown_code": [{"name": "os.system", "use": "calls" | "makes an object of" | "names",
///                    "arguments": "a string", "runs": whether the file can count on it}]: what
///               Python would run on loading the file and is not known to be harmless}
Json inspect_checkpoint(const Checkpoint& checkpoint, std::string_view file);

/// The same for a `.log.json`:
/// {"kind": "training_log", "file", "environment": the first line, its config as above,
///  "train_lines", "validation_lines", "validation_loss_lines", "first_iteration",
///  "last_iteration", "remarks": [{"line", "text"}] on what is odd about the file,
///  "curve": [{"iteration", "lr", "loss", "miou": percent or absent, ...}],
///  "last_validation": the line, or null; its means are fractions,
///  "scale": "fraction" or "percent", what the log gives its means in, or "unknown": the last
///           line's means then stand as in the log, and no mIoU is known,
///  "last_miou": percent or null}
Json inspect_training_log(const TrainingLog& log, std::string_view file);

/// One of the above, by the file's name: `.json`, `.log` and `.txt` are training logs (a text log
/// is an error that names the JSON beside it), anything else a checkpoint, also one that is there
/// only to run unknown code (OnCode::kRecord). Throws what Checkpoint::open and read_training_log
/// throw.
Json inspect_file(const std::filesystem::path& path);

/// Whether an inspection found code that Python would run on loading the file.
bool runs_unknown_code(const Json& inspection);

}  // namespace harness
