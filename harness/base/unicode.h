#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

/// UTF-8 as RFC 3629 defines it: shortest form only, no surrogates, at most U+10FFFF.

/// One code point of a text, or one byte that is not UTF-8.
struct CodePoint {
  char32_t value = 0;      ///< U+FFFD for a byte that is not UTF-8.
  std::string_view bytes;  ///< Its place in the text.
};

std::vector<CodePoint> code_points(std::string_view text);

bool is_utf8(std::string_view text) noexcept;

/// `text` with every byte that breaks UTF-8 replaced by U+FFFD, so that JSON can hold it.
std::string repair_utf8(std::string_view text);

/// Appends a code point. Surrogates and values above U+10FFFF become U+FFFD.
void append_utf8(std::string& text, char32_t code_point);

/// Each byte as the code point of the same number (Latin-1).
std::string latin1_to_utf8(std::string_view bytes);

/// The reverse; false when a code point is above U+00FF or `text` is not UTF-8.
bool utf8_to_latin1(std::string_view text, std::string& bytes);

/// Columns that a code point takes in a terminal: 0 for combining marks, 2 for wide East Asian
/// characters and emoji, else 1 (Unicode 15, EastAsianWidth.txt, in blocks).
int columns_of(char32_t value) noexcept;

/// Columns that a whole text takes in a terminal.
std::size_t columns_of(std::string_view text);

/// The text without anything that could move the cursor, colour the screen or turn the reading
/// direction: control characters and bytes that are not UTF-8 become U+FFFD, line feeds and tabs
/// become spaces. Texts from untrusted files (tensor names, configs) end up in reasons.
std::string printable(std::string_view text);

/// printable(), cut to 600 bytes for an error message: a file can hold a name of a million letters.
std::string for_message(std::string_view text);

}  // namespace harness
