#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "harness/base/json.h"
#include "harness/record/examine_record.h"

namespace harness {

/// Adds the content of a checkpoint to a record, from its format on.
/// Throws what Checkpoint::open throws, and Error(kInvalidFile) for a storage whose checksum is not
/// the file's; what was recorded before that stays.
void record_checkpoint(CheckpointRecord& record, const std::filesystem::path& path);

/// The config that a published file holds as text.
struct ParsedConfig {
  Json config;                       ///< Null when there is no text or it cannot be parsed.
  std::optional<std::string> error;  ///< Why the text cannot be parsed.
};

/// Takes the text under the key `config` (mmcv) or `cfg` (mmengine) out of `holder`, a meta or the
/// first line of a log, and parses it.
ParsedConfig take_config(Json& holder, const std::string& subject);

}  // namespace harness
