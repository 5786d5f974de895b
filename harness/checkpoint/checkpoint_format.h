#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "harness/checkpoint/pickle/stored_pickle.h"

namespace harness {

enum class CheckpointFormat { kLegacy, kZip };
std::string_view to_string(CheckpointFormat format) noexcept;  ///< "legacy" or "zip".

/// What a `.pth` file holds, whichever of the two formats it has.
struct FormattedPickle {
  CheckpointFormat format = CheckpointFormat::kLegacy;
  StoredPickle stored;
};

/// file: the whole file; has to outlive the result. subject: its path.
/// Throws Error(kInvalidFile) also when the file begins as neither does.
FormattedPickle read_either_format(std::span<const std::byte> file, const std::string& subject);

}  // namespace harness
