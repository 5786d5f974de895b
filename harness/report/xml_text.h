#pragma once

#include <string>
#include <string_view>

namespace harness {

/// Text for an element or a quoted attribute of XML 1.0: markup escaped; what XML 1.0 cannot hold
/// (control characters, non-characters, bytes that are not UTF-8) replaced by U+FFFD.
std::string xml_text(std::string_view text);

}  // namespace harness
