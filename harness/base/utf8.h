#pragma once

#include <string>
#include <string_view>

namespace harness {

/// Whether `text` is UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_utf8(std::string_view text) noexcept;

/// `text` with every byte that breaks UTF-8 replaced by U+FFFD, so that JSON can hold it.
std::string repair_utf8(std::string_view text);

/// printable() (base/unicode.h), cut to what an error message needs: a file can hold a name of a
/// million letters.
std::string for_message(std::string_view text);

/// Appends a code point. Surrogates and values above U+10FFFF become U+FFFD.
void append_utf8(std::string& text, char32_t code_point);

/// Each byte as the code point of the same number (Latin-1).
std::string latin1_to_utf8(std::string_view bytes);

/// The reverse; false when a code point is above U+00FF. `text` has to be UTF-8.
bool utf8_to_latin1(std::string_view text, std::string& bytes);

}  // namespace harness
