#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace harness {

/// A number with the precision in which it was printed: 76.80 has 2 digits after the point.
struct PrintedNumber {
  double value = 0.0;
  int digits = 0;
};

/// `text` without blanks (also no-break spaces) at either end and without the asterisks of
/// emphasis and footnotes: "**80.97**" and "80.97*" are 80.97.
std::string bare_text(std::string_view text);

/// Does a table's cell say that there is no such number? "", "-", a dash of another width, "N/A",
/// "None".
bool is_not_published(std::string_view text);

/// Digits with at most one point and at least one digit before it, after bare_text; nothing for
/// any other text ("76.8a", "1e3", "76,80", "nan", "-3", more than 15 digits).
std::optional<PrintedNumber> parse_printed_number(std::string_view text);

/// A number of a table's cell with what is printed around it.
struct MarkedNumber {
  PrintedNumber number;
  std::string marks;                 ///< Of footnotes, as printed: "*", "[1]"; "" for none.
  std::optional<double> plus_minus;  ///< "76.80 ± 0.30" has 0.30.
};

/// parse_printed_number for a cell as people write it: one of `units` may follow ("73.10%",
/// "5.4 GB"), footnote marks may stand on either side, a spread after it, dollar signs around it.
/// Nothing for what may mean another number: parentheses, signs, comparisons, a decimal comma,
/// thousands, another unit, two numbers.
std::optional<MarkedNumber> parse_marked_number(std::string_view text,
                                                std::initializer_list<std::string_view> units);

/// A text without emphasis and without the footnote marks at either end, and those marks as
/// printed:
/// "**512x1024**†" is {"512x1024", "†"}.
std::pair<std::string, std::string> split_marks(std::string_view text);

/// "80000", "80,000", "80k" or "80k iters" as 80000; nothing for any other text ("160 epochs"). At
/// least 1.
std::optional<std::int64_t> parse_iterations(std::string_view text);

/// "512x1024", "(512,1024)" or "512×1024" as height and width, each from 1 to 65536; nothing for
/// any other text.
std::optional<std::pair<std::int64_t, std::int64_t>> parse_size(std::string_view text);

}  // namespace harness
