#pragma once

#include <filesystem>
#include <string>

namespace harness {

/// Why a file is not what its name says: `.pth`, `.pt`, `.ckpt` a checkpoint that can be read to
/// its end, `.json` a training log, `.md`, `.yml`, `.yaml`, `.py`, `.log`, `.txt` text. "" when it
/// is, and for other names. For StoreOptions::wrong_content.
std::string wrong_content(const std::filesystem::path& file, const std::string& name);

}  // namespace harness
