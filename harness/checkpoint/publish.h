#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/checkpoint/checkpoint_format.h"

namespace harness {

struct PublishOptions {
  /// A folder (one that exists, or a path that ends in "/", which is created), or the path of the
  /// new file up to its hash. The folder that holds it must exist. Empty: beside the input, under
  /// its name.
  std::filesystem::path output{};
  std::optional<CheckpointFormat> format{};  ///< The input's unless told.
};

struct PublishedFile {
  std::filesystem::path path;  ///< "<stem>-<first 8 digits of sha256>.pth".
  std::string sha256;
  std::uintmax_t size = 0;
  CheckpointFormat format = CheckpointFormat::kZip;
  std::size_t tensors = 0;           ///< In the state dict.
  std::vector<std::string> removed;  ///< "optimizer", where there was one.
  std::vector<std::string> changed;  ///< pickle_python.h
  bool was_there = false;            ///< A file of that name and these bytes was there already.
};

/// Makes of a training checkpoint what a zoo puts online: the same values in the same order without
/// the top-level key "optimizer", hashed and named after its hash (the rule of mmseg's
/// tools/publish_model.py). What was written is read back and compared, tensor by tensor, before it
/// gets its name; another file under that name is never replaced.
///
/// Throws what Checkpoint::open throws, Error(kInvalidFile) for values that cannot be written again
/// (pickle_python.h) and for the state of an optimizer deeper within, Error(kIo).
PublishedFile publish_checkpoint(const std::filesystem::path& input, const PublishOptions& options);

/// The input's name up to the hash that is to follow: without ".pth", and without the hash that the
/// file was published under before, "x-50245227.pth" being "x" when its bytes hash to 50245227….
/// sha256: of the input.
std::string published_stem(const std::filesystem::path& input, const std::string& sha256);

}  // namespace harness
