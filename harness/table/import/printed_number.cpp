#include "harness/table/import/printed_number.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "harness/base/text.h"

namespace harness {
namespace {

constexpr std::size_t kMaxDigits = 15;

/// Hyphens and dashes of every width, the minus sign.
constexpr std::array<std::string_view, 7> kDashes{"\xE2\x80\x90", "\xE2\x80\x91", "\xE2\x80\x92",
                                                  "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\x95",
                                                  "\xE2\x88\x92"};
/// Blanks that are none in ASCII: no-break, thin, narrow no-break, of no width.
constexpr std::array<std::string_view, 4> kBlanks{"\xC2\xA0", "\xE2\x80\x89", "\xE2\x80\xAF",
                                                  "\xE2\x80\x8B"};
/// Marks of footnotes: asterisk, daggers, section, pilcrow; from the caret on, raised digits.
constexpr std::array<std::string_view, 16> kMarks{"*",
                                                  "\xE2\x80\xA0",
                                                  "\xE2\x80\xA1",
                                                  "\xC2\xA7",
                                                  "\xC2\xB6",
                                                  "^",
                                                  "\xE2\x81\xB0",
                                                  "\xC2\xB9",
                                                  "\xC2\xB2",
                                                  "\xC2\xB3",
                                                  "\xE2\x81\xB4",
                                                  "\xE2\x81\xB5",
                                                  "\xE2\x81\xB6",
                                                  "\xE2\x81\xB7",
                                                  "\xE2\x81\xB8",
                                                  "\xE2\x81\xB9"};

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

std::string with_plain_blanks(std::string_view text) {
  std::string plain(text);
  for (const std::string_view blank : kBlanks) plain = replaced(plain, blank, ' ');
  return plain;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

/// Takes two equal runs off either end: "**80.97**" and "$80.97$".
void strip_pair(std::string_view& text, std::string_view sign) {
  if (text.size() < 2 * sign.size() + 1) return;
  if (!text.starts_with(sign) || !text.ends_with(sign)) return;
  text = trimmed(text.substr(sign.size(), text.size() - 2 * sign.size()));
}

/// The length of a reference to a footnote at the end, "[1]" or "[^1]"; 0 without one.
std::size_t reference_length(std::string_view text) {
  if (!text.ends_with(']')) return 0;
  const std::size_t start = text.rfind('[');
  if (start == std::string_view::npos) return 0;
  std::string_view inside = text.substr(start + 1, text.size() - start - 2);
  if (inside.starts_with('^')) inside.remove_prefix(1);
  const bool is_number =
      !inside.empty() && inside.size() <= 2 && std::all_of(inside.begin(), inside.end(), is_digit);
  return is_number ? text.size() - start : 0;
}

/// "^1", which is how <sup>1</sup> is read; 0 without it.
std::size_t superscript_length(std::string_view text) {
  const std::size_t caret = text.rfind('^');
  if (caret == std::string_view::npos || caret + 1 == text.size()) return 0;
  const std::string_view inside = text.substr(caret + 1);
  const bool is_number = inside.size() <= 2 && std::all_of(inside.begin(), inside.end(), is_digit);
  return is_number ? text.size() - caret : 0;
}

/// Takes one mark of a footnote off the end; "" where none is.
std::string take_last_mark(std::string_view& text) {
  std::size_t length = std::max(reference_length(text), superscript_length(text));
  for (const std::string_view mark : kMarks) {
    if (length == 0 && text.ends_with(mark)) length = mark.size();
  }
  std::string mark(text.substr(text.size() - length));
  text = trimmed(text.substr(0, text.size() - length));
  return mark;
}

std::string take_first_mark(std::string_view& text) {
  for (const std::string_view mark : kMarks) {
    if (mark == "^" || !text.starts_with(mark)) continue;
    text = trimmed(text.substr(mark.size()));
    return std::string(mark);
  }
  return "";
}

/// Takes every mark off both ends and returns them in the order of the text.
std::string take_marks(std::string_view& text) {
  std::string first;
  std::string last;
  for (std::string mark = take_first_mark(text); !mark.empty(); mark = take_first_mark(text)) {
    first += mark;
  }
  for (std::string mark = take_last_mark(text); !mark.empty(); mark = take_last_mark(text)) {
    last.insert(0, mark);
  }
  return first + last;
}

bool has_raised_digit(std::string_view marks) {
  const auto* const first = std::find(kMarks.begin(), kMarks.end(), "^");
  return std::any_of(first, kMarks.end(), [marks](std::string_view mark) {
    return marks.find(mark) != std::string_view::npos;
  });
}

void take_unit(std::string_view& text, std::initializer_list<std::string_view> units) {
  for (const std::string_view unit : units) {
    const std::string tail =
        text.size() > unit.size() ? lower_case(text.substr(text.size() - unit.size())) : "";
    if (tail != unit) continue;
    text = trimmed(text.substr(0, text.size() - unit.size()));
    return;
  }
}

/// Parts "76.80 ± 0.30"; the second part is empty without a spread.
std::pair<std::string_view, std::string_view> split_spread(std::string_view text) {
  for (const std::string_view sign : {"\xC2\xB1", "+/-", "\\pm", "+-"}) {
    const std::size_t at = text.find(sign);
    if (at == std::string_view::npos) continue;
    return {trimmed(text.substr(0, at)), trimmed(text.substr(at + sign.size()))};
  }
  return {text, {}};
}

/// "80,000" or "80 000" as "80000"; other texts as they are.
std::string without_thousands(const std::string& text) {
  constexpr std::size_t kGroup = 3;
  const std::size_t first = text.find_first_of(", ");
  if (first == std::string::npos || first == 0 || first > kGroup) return text;
  const char separator = text[first];
  std::string digits = text.substr(0, first);
  for (std::size_t at = first; at < text.size(); at += kGroup + 1) {
    const std::string group = text.substr(at + 1, kGroup);
    if (text[at] != separator || group.size() != kGroup ||
        !std::all_of(group.begin(), group.end(), is_digit)) {
      return text;
    }
    digits += group;
  }
  return digits;
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
  const std::string bare = with_plain_blanks(text);
  const auto is_noise = [](unsigned char c) { return std::isspace(c) != 0 || c == '*'; };
  const auto first = std::find_if_not(bare.begin(), bare.end(), is_noise);
  const auto last = std::find_if_not(bare.rbegin(), bare.rend(), is_noise).base();
  return first < last ? std::string(first, last) : std::string();
}

bool is_not_published(std::string_view text) {
  constexpr std::array<std::string_view, 6> kWords{"", "n/a", "n.a.", "na", "none", "null"};
  std::string bare = bare_text(text);
  for (const std::string_view dash : kDashes) bare = replaced(bare, dash, '-');
  if (bare.find_first_not_of('-') == std::string::npos) return true;
  return std::find(kWords.begin(), kWords.end(), lower_case(bare)) != kWords.end();
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

std::optional<MarkedNumber> parse_marked_number(std::string_view text,
                                                std::initializer_list<std::string_view> units) {
  const std::string plain = with_plain_blanks(text);
  std::string_view rest = trimmed(plain);
  for (const std::string_view sign : {"**", "__", "*", "_", "$"}) strip_pair(rest, sign);
  MarkedNumber marked;
  marked.marks = take_marks(rest);
  take_unit(rest, units);
  auto [value, spread] = split_spread(rest);
  if (value.size() != rest.size()) {
    take_unit(value, units);
    const auto parsed = parse_printed_number(spread);
    if (!parsed) return std::nullopt;
    marked.plus_minus = parsed->value;
  }
  marked.marks = take_marks(value) + marked.marks;
  const auto number = parse_printed_number(value);
  if (!number) return std::nullopt;
  // 10 with a raised 3 may be a thousand.
  if (number->digits == 0 && has_raised_digit(marked.marks)) return std::nullopt;
  marked.number = *number;
  return marked;
}

std::pair<std::string, std::string> split_marks(std::string_view text) {
  const std::string plain = with_plain_blanks(text);
  std::string_view rest = trimmed(plain);
  for (const std::string_view sign : {"**", "__", "*", "_", "$"}) strip_pair(rest, sign);
  std::string marks = take_marks(rest);
  return {std::string(rest), std::move(marks)};
}

std::optional<std::int64_t> parse_iterations(std::string_view text) {
  std::string bare = bare_text(text);
  for (const std::string_view unit : {"iterations", "iters", "iter"}) {
    if (!lower_case(bare).ends_with(unit)) continue;
    bare = bare_text(bare.substr(0, bare.size() - unit.size()));
    break;
  }
  bare = without_thousands(bare);
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
