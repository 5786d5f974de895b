#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

/// Text laid out for a terminal. Widths are columns, not bytes: columns_of() (base/unicode.h).
/// Characters that could control the terminal are replaced first, as printable() does.

enum class Align { kLeft, kRight };

/// Which part of a text that is too long is replaced by "…".
enum class Cut { kEnd, kMiddle, kFront };

/// The text in at most `width` columns.
std::string shorten(std::string_view text, std::size_t width, Cut cut = Cut::kEnd);

/// The text in exactly `width` columns: shorten()ed, then padded with spaces.
std::string fit(std::string_view text, std::size_t width, Align align = Align::kLeft,
                Cut cut = Cut::kEnd);

/// Lines of at most `width` columns, broken at spaces; a longer word is broken at `width`.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// Values as a row of bars: "▁▃▆█"; "·" for a value that is not finite. Empty for fewer than two
/// finite values.
std::string sparkline(const std::vector<double>& values);

}  // namespace harness
