#include "harness/table/import/printed_number.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace harness {
namespace {

constexpr std::size_t kMaxDigits = 15;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string replaced(std::string_view text, std::string_view from, char to) {
  std::string result;
  for (std::size_t at = text.find(from); at != std::string_view::npos; at = text.find(from)) {
    result.append(text.substr(0, at)).push_back(to);
    text.remove_prefix(at + from.size());
  }
  return result.append(text);
}

std::optional<std::int64_t> parse_count(std::string_view text) {
  std::int64_t value = 0;
  if (text.empty() || text.size() > kMaxDigits ||
      !std::all_of(text.begin(), text.end(), is_digit)) {
    return std::nullopt;
  }
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::string bare_text(std::string_view text) {
  const std::string bare = replaced(text, "\xC2\xA0", ' ');
  const auto is_noise = [](unsigned char c) { return std::isspace(c) != 0 || c == '*'; };
  const auto first = std::find_if_not(bare.begin(), bare.end(), is_noise);
  const auto last = std::find_if_not(bare.rbegin(), bare.rend(), is_noise).base();
  return first < last ? std::string(first, last) : std::string();
}

bool is_not_published(std::string_view text) {
  constexpr std::array<std::string_view, 8> kAbsent{
      "", "-", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x88\x92", "N/A", "n/a", "--"};
  return std::find(kAbsent.begin(), kAbsent.end(), bare_text(text)) != kAbsent.end();
}

std::optional<PrintedNumber> parse_printed_number(std::string_view text) {
  const std::string bare = bare_text(text);
  const std::size_t point = bare.find('.');
  const bool has_point = point != std::string::npos;
  std::string digits = bare;
  if (has_point) digits.erase(point, 1);
  if (digits.empty() || digits.size() > kMaxDigits || point == 0 || point == bare.size() - 1 ||
      !std::all_of(digits.begin(), digits.end(), is_digit)) {
    return std::nullopt;
  }
  PrintedNumber number;
  std::from_chars(bare.data(), bare.data() + bare.size(), number.value);
  if (has_point) number.digits = static_cast<int>(bare.size() - point - 1);
  return number;
}

std::optional<std::int64_t> parse_iterations(std::string_view text) {
  std::string bare = bare_text(text);
  std::int64_t factor = 1;
  if (!bare.empty() && (bare.back() == 'k' || bare.back() == 'K')) {
    factor = 1000;
    bare.pop_back();
  }
  constexpr std::int64_t kMaxIterations = 1'000'000'000;
  const auto count = parse_count(bare);
  if (!count || *count < 1 || *count > kMaxIterations) return std::nullopt;
  return *count * factor;
}

std::optional<std::pair<std::int64_t, std::int64_t>> parse_size(std::string_view text) {
  std::string bare = bare_text(text);
  if (bare.size() > 2 && bare.front() == '(' && bare.back() == ')') {
    bare.pop_back();
    bare.erase(0, 1);
  }
  bare = replaced(bare, "\xC3\x97", 'x');
  std::erase_if(bare, [](unsigned char c) { return std::isspace(c) != 0; });
  const std::size_t separator = bare.find_first_of("xX,*");
  if (separator == std::string::npos) return std::nullopt;
  constexpr std::int64_t kMaxSide = 65536;
  const auto height = parse_count(std::string_view(bare).substr(0, separator));
  const auto width = parse_count(std::string_view(bare).substr(separator + 1));
  if (!height || !width || *height < 1 || *width < 1 || *height > kMaxSide || *width > kMaxSide) {
    return std::nullopt;
  }
  return std::pair(*height, *width);
}

}  // namespace harness
