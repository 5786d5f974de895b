#include "harness/report/text_layout.h"

#include "harness/base/unicode.h"

namespace harness {
namespace {

constexpr std::string_view kEllipsis = "…";

/// The longest prefix of at most `width` columns.
std::string_view prefix(std::string_view text, std::size_t width) {
  std::size_t columns = 0;
  std::size_t bytes = 0;
  for (const auto& point : code_points(text)) {
    columns += static_cast<std::size_t>(columns_of(point.value));
    if (columns > width) break;
    bytes += point.bytes.size();
  }
  return text.substr(0, bytes);
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

}  // namespace

std::string shorten(std::string_view text, std::size_t width) {
  if (columns_of(text) <= width) return std::string(text);
  if (width == 0) return "";
  return std::string(prefix(text, width - 1)).append(kEllipsis);
}

std::string fit(std::string_view text, std::size_t width, Align align) {
  std::string fitted = shorten(text, width);
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
  for (auto word : words_of(text)) {
    if (!line.empty() && columns_of(line) + 1 + columns_of(word) > width) finish_line();
    while (columns_of(word) > width) {
      // A width of one column still takes a character of two, so that the loop ends.
      auto part = prefix(word, width);
      if (part.empty()) part = code_points(word).front().bytes;
      lines.emplace_back(part);
      word.remove_prefix(part.size());
    }
    if (word.empty()) continue;
    line.append(line.empty() ? "" : " ").append(word);
  }
  finish_line();
  return lines;
}

}  // namespace harness
