#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace harness {

/// Files that the user named: an option's value, which may be a link, a pipe or a device.

/// Where a path leads: symbolic links at its end are followed, also one to a file that does not
/// exist yet. Throws Error(kIo) where the system cannot tell, as for links in a circle.
std::filesystem::path link_target(const std::filesystem::path& path);

/// Throws Error(kIo) unless a file can stand there: its folder must exist, which is never created
/// for a name that may be a slip, and it must not be a folder itself.
void require_output_place(const std::filesystem::path& path);

/// Throws Error(kUsage) where the file that is to be written is one of those that are read, by
/// whatever name, or a JSON document in a folder that is read: what an earlier command left there
/// would be lost. Names that are empty are passed over.
void require_no_input(const std::filesystem::path& output,
                      const std::vector<std::filesystem::path>& inputs);

/// Writes `bytes` to the file of that name. A regular file is replaced as by write_file_atomic(),
/// at the end of a symbolic link the link's target; a pipe or a device is written to and stays what
/// it is; what is our standard output or error already ("/dev/stdout") gets the bytes after what
/// was printed. Throws Error(kIo), also as require_output_place() does.
void write_output_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace harness
