#pragma once

#include <string_view>

namespace harness {

/// Whether a published location is a URL ("https://...", "file://...") rather than a path: it
/// starts with a scheme (RFC 3986, 3.1) and "://".
bool is_url(std::string_view location) noexcept;

}  // namespace harness
