#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "harness/checkpoint/pickle/stored_pickle.h"

namespace harness {

/// Reads the zip format that torch.save() writes since PyTorch 1.6: `<name>/data.pkl`,
/// `<name>/data/<key>` for each storage, `<name>/version`, `<name>/byteorder` in newer files.
///
/// file: the whole file; has to outlive the result. subject: its path.
/// Throws Error(kInvalidFile) also for a TorchScript archive and for big-endian storages.
StoredPickle read_zip_checkpoint(std::span<const std::byte> file, const std::string& subject);

}  // namespace harness
