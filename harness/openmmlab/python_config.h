#pragma once

#include <string_view>

#include "harness/base/json.h"

namespace harness {

/// Reads the text of a resolved mmcv config ("name = dict(type='FCNHead', ...)"), as it stands in a
/// checkpoint's meta, in a log's first line and in configs/*.py. Nothing is executed: only
/// literals, dict(...), range(...), {...}, [...], (...), names bound above, None/True/False,
/// strings that stand side by side, unary minus and comments are known.
///
/// Returns one object: a key per assignment. Tuples and ranges become arrays.
/// Throws Error(kInvalidFile) with the line and what was found there.
Json parse_python_config(std::string_view text, std::string_view subject);

/// The config in a checkpoint's meta, of mmcv ("config") or mmengine ("cfg"); null where there is
/// none, or none that is text. Throws Error(kInvalidFile) for a text that is no config.
Json config_of_meta(const Json& meta);

}  // namespace harness
