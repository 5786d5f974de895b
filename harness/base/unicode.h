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

/// Columns that a terminal gives a code point: 0 for combining marks, 2 for wide East Asian
/// characters and emoji, else 1 (Unicode 15, EastAsianWidth.txt, in blocks).
int columns_of(char32_t value) noexcept;

/// Columns that a terminal gives a whole text.
std::size_t columns_of(std::string_view text);

/// The text with everything that could move the cursor, colour the screen or turn the reading
/// direction replaced: control characters by U+FFFD, line feeds and tabs by a space, bytes that are
/// not UTF-8 by U+FFFD. Texts from files of others (tensor names, configs) end up in reasons.
std::string printable(std::string_view text);

/// printable(), cut to what an error message needs: a file can hold a name of a million letters.
std::string for_message(std::string_view text);

}  // namespace harness
