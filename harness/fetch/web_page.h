#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace harness {

/// Why a downloaded file is not what was published, in the usual case: a server, or a proxy on the
/// way, sent an error page or a log-in page with status 200. Returns a sentence for a message, or
/// "" when neither the content type nor the first bytes say "web page".
std::string web_page_notice(const std::filesystem::path& file, std::string_view content_type);

}  // namespace harness
