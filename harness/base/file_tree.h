#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace harness {

/// The files below a folder, as a program finds them that opens what it sees: links to files and to
/// folders are followed.
struct FileTree {
  std::vector<std::string> files;  ///< Relative to the folder, with '/', sorted byte by byte.
  std::vector<std::string> broken_links;  ///< That lead nowhere; not hidden ones.
  /// Links back to a folder that they lie in: nothing is missing, they are not followed.
  std::vector<std::string> loops;
  /// Folders with nothing in them but what is hidden, as one where a disk is not mounted.
  std::vector<std::string> empty_folders;
};

/// Throws Error(kIo) for a folder, at any depth, that is missing or cannot be listed.
FileTree list_files(const std::filesystem::path& folder);

}  // namespace harness
