#include "harness/report/text_layout.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "harness/base/unicode.h"

namespace harness {
namespace {

constexpr std::string_view kEllipsis = "…";

/// Bytes of the longest run of code points, starting at `first`, that fits into `width` columns.
template <typename Iterator>
std::size_t bytes_that_fit(Iterator first, Iterator last, std::size_t width) {
  std::size_t columns = 0;
  std::size_t bytes = 0;
  for (; first != last; ++first) {
    columns += static_cast<std::size_t>(columns_of(first->value));
    if (columns > width) break;
    bytes += first->bytes.size();
  }
  return bytes;
}

std::string_view prefix(std::string_view text, std::size_t width) {
  const auto points = code_points(text);
  return text.substr(0, bytes_that_fit(points.begin(), points.end(), width));
}

std::string_view suffix(std::string_view text, std::size_t width) {
  const auto points = code_points(text);
  return text.substr(text.size() - bytes_that_fit(points.rbegin(), points.rend(), width));
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

/// How many of the `kept` columns beside the ellipsis are before it.
std::size_t columns_in_front(std::size_t kept, Cut cut) {
  if (cut == Cut::kEnd) return kept;
  return cut == Cut::kMiddle ? (kept + 1) / 2 : 0;
}

}  // namespace

std::string shorten(std::string_view text, std::size_t width, Cut cut) {
  const std::string shown = printable(text);
  if (columns_of(shown) <= width) return shown;
  if (width == 0) return "";
  const std::size_t front = columns_in_front(width - 1, cut);
  return fmt::format("{}{}{}", prefix(shown, front), kEllipsis, suffix(shown, width - 1 - front));
}

std::string fit(std::string_view text, std::size_t width, Align align, Cut cut) {
  const std::string fitted = shorten(text, width, cut);
  const std::string padding(width - columns_of(fitted), ' ');
  return align == Align::kLeft ? fitted + padding : padding + fitted;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  const auto finish_line = [&] {
    if (!line.empty()) lines.push_back(line);
    line.clear();
  };
  const std::string shown = printable(text);
  for (auto word : words_of(shown)) {
    if (!line.empty() && columns_of(line) + 1 + columns_of(word) > width) finish_line();
    while (columns_of(word) > width) {
      // A character of two columns is put on a line of one, so that the loop ends.
      auto part = prefix(word, width);
      if (part.empty()) part = code_points(word).front().bytes;
      lines.emplace_back(part);
      word.remove_prefix(part.size());
    }
    if (word.empty()) continue;
    if (!line.empty()) line += ' ';
    line += word;
  }
  finish_line();
  return lines;
}

std::string sparkline(const std::vector<double>& values) {
  constexpr std::array<std::string_view, 8> kBars = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::vector<double> finite;
  std::copy_if(values.begin(), values.end(), std::back_inserter(finite),
               [](double value) { return std::isfinite(value); });
  if (finite.size() < 2) return "";
  const auto [low, high] = std::minmax_element(finite.begin(), finite.end());
  std::string line;
  for (const double value : values) {
    if (!std::isfinite(value)) {
      line += "·";
      continue;
    }
    const double share = *high > *low ? (value - *low) / (*high - *low) : 0.0;
    line += kBars[static_cast<std::size_t>(std::lround(share * (kBars.size() - 1)))];
  }
  return line;
}

}  // namespace harness
