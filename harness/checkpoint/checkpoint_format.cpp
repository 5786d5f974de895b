#include "harness/checkpoint/checkpoint_format.h"

#include <cstring>

#include "harness/base/error.h"
#include "harness/checkpoint/legacy_stream.h"
#include "harness/checkpoint/zip/zip_checkpoint.h"

namespace harness {

std::string_view to_string(CheckpointFormat format) noexcept {
  return format == CheckpointFormat::kZip ? "zip" : "legacy";
}

FormattedPickle read_either_format(std::span<const std::byte> file, const std::string& subject) {
  if (file.size() >= 4 && std::memcmp(file.data(), "PK\x03\x04", 4) == 0) {
    return {CheckpointFormat::kZip, read_zip_checkpoint(file, subject)};
  }
  if (is_legacy_stream(file)) {
    return {CheckpointFormat::kLegacy, read_legacy_stream(file, subject)};
  }
  throw Error(ErrorCode::kInvalidFile, subject,
              "expected a checkpoint of torch.save (zip, or a pickle of its magic number), got " +
                  std::to_string(file.size()) + " bytes that begin otherwise");
}

}  // namespace harness
