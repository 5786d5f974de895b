#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace harness {

/// One code point of a text, or one byte that is not UTF-8.
struct CodePoint {
  char32_t value = 0;      ///< U+FFFD for a byte that is not UTF-8.
  std::string_view bytes;  ///< Where it stands in the text.
};

/// Decodes UTF-8 (RFC 3629: shortest form only, no surrogates, at most U+10FFFF).
std::vector<CodePoint> code_points(std::string_view text);

/// Columns that a terminal gives a code point: 0 for combining marks, 2 for wide East Asian
/// characters and emoji, else 1 (Unicode 15, EastAsianWidth.txt, in blocks).
int columns_of(char32_t value) noexcept;

/// Columns of a whole text.
std::size_t columns_of(std::string_view text);

/// The text with everything that could move the cursor, colour the screen or turn the reading
/// direction replaced: control characters by U+FFFD, line feeds and tabs by a space, bytes that are
/// not UTF-8 by U+FFFD. Texts from files of others (tensor names, configs) end up in reasons.
std::string printable(std::string_view text);

}  // namespace harness
