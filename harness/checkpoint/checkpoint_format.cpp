#include "harness/checkpoint/checkpoint_format.h"

#include <fmt/format.h>

#include <cstring>

#include "harness/base/content_kind.h"
#include "harness/base/error.h"
#include "harness/base/tar_header.h"
#include "harness/checkpoint/legacy_stream.h"
#include "harness/checkpoint/pickle/unpickler.h"
#include "harness/checkpoint/zip/zip_checkpoint.h"

namespace harness {

std::string_view to_string(CheckpointFormat format) noexcept {
  return format == CheckpointFormat::kZip ? "zip" : "legacy";
}

namespace {

[[noreturn]] void refuse(std::span<const std::byte> file, const std::string& subject,
                         const std::string& found) {
  throw Error(ErrorCode::kInvalidFile, subject,
              fmt::format("expected a checkpoint of torch.save, got {} bytes that are {}",
                          file.size(), found));
}

/// Python would still run it as a pickle, of protocol 0 or 1, to where it makes no sense.
[[noreturn]] void refuse_unlike_either(std::span<const std::byte> file,
                                       const std::string& subject) {
  std::string found = content_of(file, file.size()).text;
  try {
    const Unpickled unpickled = unpickle(file, subject);
    refuse_what_runs(unpickled.tree.code, subject);
    found = "a plain pickle";
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kUnsafePickle) throw;
  }
  refuse(file, subject, found);
}

}  // namespace

FormattedPickle read_either_format(std::span<const std::byte> file, const std::string& subject) {
  // torch.load asks tarfile before it reads a pickle, whatever the first byte is.
  if (starts_with_tar_header(file)) refuse(file, subject, content_of(file, file.size()).text);
  if (file.size() >= 4 && std::memcmp(file.data(), "PK\x03\x04", 4) == 0) {
    return {CheckpointFormat::kZip, read_zip_checkpoint(file, subject)};
  }
  if (is_legacy_stream(file)) {
    return {CheckpointFormat::kLegacy, read_legacy_stream(file, subject)};
  }
  refuse_unlike_either(file, subject);
}

}  // namespace harness
