#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "harness/base/atomic_file.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/checkpoint/pickle/python_value.h"

namespace harness {

struct WrittenCheckpoint {
  std::uintmax_t size = 0;  ///< Bytes.
  std::string sha256;       ///< Of the file, 64 hex digits, computed while it was written.
};

/// Writes a `.pth` file that `torch.load(path, weights_only=True)` reads: the keys in the given
/// order, dtypes, shapes, strides and bits as they are, and a storage that several tensors share
/// (equal `storage_bytes`) once. Pickle protocol 2, no class but those that weights_only allows.
///
///   PythonValue root = PythonValue::dict();
///   root.set("meta", PythonValue::from_json(meta));
///   root.set("state_dict", PythonValue::state_dict(tensors));
///   root.set("optimizer", optimizer);   // dicts with integer keys and tensors inside
///   write_checkpoint("work/iter_8000.pth", root);
///
/// Storages go from the caller's memory to the file in one pass. The same value gives the same
/// bytes, whatever the file is called. kZip is what torch.save writes since PyTorch 1.6 (stored
/// records that begin at multiples of 64 bytes, zip64 where it is needed, format of PyTorch 2.11);
/// kLegacy is the stream that 1.5 and older write.
///
/// Atomic: a temporary file beside `path`, fsync, rename; whatever goes wrong, what stood there
/// before stays. existing: whether a file of that name is replaced or is Error(kIo).
/// Throws Error(kIo) for what the disk refuses, std::invalid_argument for a tensor outside its
/// storage, text that is not UTF-8, nesting deeper than kMaxPythonDepth, or one storage under two
/// dtypes.
WrittenCheckpoint write_checkpoint(const std::filesystem::path& path, const PythonValue& root,
                                   CheckpointFormat format = CheckpointFormat::kZip,
                                   ExistingFile existing = ExistingFile::kReplace);

/// The same into a file that the caller commits.
WrittenCheckpoint write_checkpoint(AtomicFile& file, const PythonValue& root,
                                   CheckpointFormat format = CheckpointFormat::kZip);

}  // namespace harness
