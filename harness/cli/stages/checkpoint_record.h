#pragma once

#include <filesystem>
#include <string>

#include "harness/base/json.h"

namespace harness {

/// Adds what is in a checkpoint to a record, as docs/formats.md lists it under the measurements of
/// the stage verify ("checkpoint", from `format` on). `name` stands for the file in messages.
/// Throws what Checkpoint::open throws, and Error(kInvalidFile) for a storage whose checksum is not
/// the file's; what was recorded before that stays.
void record_checkpoint(Json& record, const std::filesystem::path& path, const std::string& name);

/// Adds `config`: the parsed text of a config, or null; `config_error` says why it is null although
/// there was a text.
void record_config(Json& record, const Json& text, const std::string& subject);

}  // namespace harness
