#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "harness/checkpoint/pickle/stored_pickle.h"

namespace harness {

/// Whether the file begins as a pickle does (protocol 2 or newer), or with the magic number in
/// protocol 0 or 1. PyTorch before 1.6 wrote one pickle after another, its magic number first.
bool is_legacy_stream(std::span<const std::byte> file) noexcept;

/// Reads that format: five pickles (magic number, protocol 1001, system, object, storage keys),
/// then for each key a 64-bit count of elements and the elements.
///
/// file: the whole file; has to outlive the result. subject: its path.
/// Throws Error(kInvalidFile) also for big-endian files and for bytes after the last storage.
StoredPickle read_legacy_stream(std::span<const std::byte> file, const std::string& subject);

}  // namespace harness
