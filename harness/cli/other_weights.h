#pragma once

#include <filesystem>
#include <string_view>

namespace harness {

/// Whether a file is of the other format of weights that its name says: all of a safetensors file,
/// a plain pickle or a zip archive (`.zip`, `.npz`), and by its first bytes one of ONNX, HDF5,
/// numpy, GGUF, TensorFlow Lite or a packed archive.
bool has_other_weights(const std::filesystem::path& file, std::string_view name);

}  // namespace harness
