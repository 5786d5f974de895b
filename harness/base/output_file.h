#pragma once

#include <filesystem>
#include <string_view>

namespace harness {

/// Files that the user named: an option's value, which may be a link, a pipe or a device.

/// Where a path leads: symbolic links at its end are followed, also one to a file that does not
/// exist yet. Throws Error(kIo) where the system cannot tell, as for links in a circle.
std::filesystem::path link_target(const std::filesystem::path& path);

/// Throws Error(kIo) unless a file can stand there: its folder must exist, which is never created
/// for a name that may be a slip, and it must not be a folder itself.
void require_output_place(const std::filesystem::path& path);

/// Writes `bytes` to the file of that name. A regular file is replaced as by write_file_atomic(),
/// at the end of a symbolic link the link's target; a pipe or a device is written to and stays what
/// it is; what is our standard output or error already ("/dev/stdout") gets the bytes after what
/// was printed. Throws Error(kIo), also as require_output_place() does.
void write_output_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace harness
