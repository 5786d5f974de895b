#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace harness {

/// Widths are columns of a terminal, not bytes. Texts are printable() already.

enum class Align { kLeft, kRight };

/// The text at exactly `width` columns: padded with spaces, or shortened with "…" at its end.
std::string fit(std::string_view text, std::size_t width, Align align = Align::kLeft);

/// The text at no more than `width` columns, shortened with "…" where it is longer.
std::string shorten(std::string_view text, std::size_t width);

/// Lines of at most `width` columns, broken at spaces; a word that is longer is broken where it
/// must.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

}  // namespace harness
