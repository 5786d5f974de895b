#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "harness/fetch/store.h"

namespace harness {

/// What a published file was asked for as.
enum class FileRole {
  kByName,      ///< Nobody said: the ending of its name decides.
  kCheckpoint,  ///< A suite's row links it as that, or a user says so, whatever its name.
  kLog,
  kTable,   ///< What `halfproof import` reads.
  kConfig,  ///< Of mmcv or mmengine, in Python.
};

/// The roles that a user can name: "checkpoint", "log", "table", "config".
std::vector<std::string> role_names();
/// The role of a name of these; kByName for any other.
FileRole role_of(std::string_view name);

/// Why a file is not what it was asked for as; "" when it is.
///
/// A checkpoint can be read to its end, or is of the other format that its name says
/// (`.safetensors`, `.pkl`, `.onnx`, ...). A log is JSON with training or validation lines, or a
/// text with lines of a log. A table is a page or a metafile of which a suite can be made; a config
/// is Python with an assignment, all of which can be read.
///
/// By name: `.pth`, `.pt`, `.ckpt`, `.pth.tar`, `.safetensors`, `.pkl` are checkpoints, `.json` and
/// `.log` logs; `.bin` is a checkpoint or no text; `.md`, `.yml`, `.yaml`, `.py` are text with what
/// such a text has; `.txt` is text. A name without an ending is that of a checkpoint, a log or a
/// text of several lines. Other names hold what they like.
std::string wrong_content(FileRole role, const std::filesystem::path& file,
                          const std::string& name);

/// The options with which a file of this role is asked for.
StoreOptions asked_as(FileRole role, StoreOptions store);

}  // namespace harness
