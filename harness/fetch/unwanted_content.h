#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace harness {

/// Why a downloaded file is not what was published, as far as its first bytes and the content type
/// tell: a server, or a proxy on the way, sent an error or a log-in page with status 200, or a
/// repository without Git LFS sent the pointer. Returns what it is, for a message, or "" for bytes
/// that a file of this name can have.
std::string unwanted_content(const std::filesystem::path& file, std::string_view name,
                             std::string_view content_type);

}  // namespace harness
