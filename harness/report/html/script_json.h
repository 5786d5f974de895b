#pragma once

#include <string>
#include <string_view>

#include "harness/base/json.h"

namespace harness {

/// JSON that can stand in an HTML page between <script type="application/json"> and </script>,
/// whatever texts it holds: "<", ">", "&", U+2028 and U+2029 are escapes (\u003c, ...), bytes that
/// are not UTF-8 become U+FFFD. It parses to the same value.
std::string script_json(const Json& value);

/// The longest text that a page shows, in bytes.
inline constexpr std::size_t kPageText = 4000;

/// A text from a record as the page shows it: printable() (base/unicode.h), and cut to kPageText
/// bytes with "…" and its length: names and reasons from a file can have a million letters.
std::string page_text(std::string_view text);

}  // namespace harness
