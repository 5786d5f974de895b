#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "harness/artifact/stored_pickle.h"

namespace harness {

/// Whether the file begins as torch.save() before PyTorch 1.6 began it: a pickle of its magic
/// number.
bool is_legacy_stream(std::span<const std::byte> file) noexcept;

/// Reads that format: five pickles (magic number, protocol 1001, system, object, storage keys),
/// then for each key a 64-bit count of elements and the elements.
///
/// file: the whole file; has to outlive the result. subject: its path.
/// Throws Error(kInvalidFile) also for big-endian files and for bytes after the last storage.
StoredPickle read_legacy_stream(std::span<const std::byte> file, const std::string& subject);

}  // namespace harness
