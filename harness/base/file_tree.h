#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace harness {

/// The files below a folder, as a program finds them that opens what it sees: links to files and to
/// folders are followed.
struct FileTree {
  std::vector<std::string> files;  ///< Relative to the folder, with '/', sorted byte by byte.
  /// Links that lead nowhere or back to a folder that they lie in. Not hidden ones.
  std::vector<std::string> broken_links;
};

/// Throws Error(kIo) for a folder, at any depth, that is missing or cannot be listed.
FileTree list_files(const std::filesystem::path& folder);

}  // namespace harness
