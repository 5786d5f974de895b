#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "harness/checkpoint/zip/zip_reader.h"

namespace harness {

/// The entries that the archive's central directory lists, each checked against its local header:
/// the rules of ZipReader but for names that occur twice.
std::vector<ZipEntry> read_zip_directory(std::span<const std::byte> archive,
                                         std::string_view subject);

}  // namespace harness
