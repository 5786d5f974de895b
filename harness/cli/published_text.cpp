#include "harness/cli/published_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "harness/base/content_kind.h"
#include "harness/base/text.h"
#include "harness/cli/error_text.h"

namespace harness {
namespace {

constexpr std::size_t kLookedAt = std::size_t{1} << 20;
constexpr std::string_view kSpaces = " \t\r\f";

std::string start_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string start(kLookedAt, '\0');
  stream.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(stream.gcount()));
  if (start.starts_with("\xef\xbb\xbf")) start.erase(0, 3);
  return start;
}

/// Those that are not empty, without the spaces around them.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.size(), text.find('\n'));
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(kSpaces)));
    line = line.substr(0, line.find_last_not_of(kSpaces) + 1);
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_key_or_item(std::string_view line) {
  const std::size_t colon = line.find(':');
  const bool has_key = colon != std::string_view::npos && colon > 0 &&
                       (colon + 1 == line.size() || line[colon + 1] == ' ');
  return has_key || line.starts_with("- ") || line == "-";
}

/// Prose among the lines that do not go on with one before.
bool has_line_of_no_yaml(std::string_view text) {
  constexpr std::string_view kOtherStarts = " \t\r#%]}'\"&*?!";
  bool is_cut = text.size() == kLookedAt;
  while (!text.empty()) {
    const std::size_t end = std::min(text.size(), text.find('\n'));
    const std::string_view line = text.substr(0, text.substr(0, end).find_last_not_of("\r ") + 1);
    is_cut = is_cut && end == text.size();
    text.remove_prefix(std::min(text.size(), end + 1));
    const bool is_other = line.empty() || line == "---" || line == "..." ||
                          kOtherStarts.find(line.front()) != std::string_view::npos;
    if (!is_other && !is_key_or_item(line) && !is_cut) return true;
  }
  return false;
}

/// "lr = 1", "model.backbone['depth'] = 1": letters, dots and brackets before one "=".
bool is_assignment(std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos || equals == 0) return false;
  std::string_view target = line.substr(0, equals);
  target = target.substr(0, target.find_last_not_of(" \t+|:") + 1);
  if (target.empty() || is_digit(target.front())) return false;
  return std::ranges::all_of(target, [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("_.[]'\",()* ").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool is_statement(std::string_view line) {
  constexpr std::string_view kStarts[] = {"import ", "from ", "def ", "class "};
  return is_assignment(line) ||
         std::ranges::any_of(kStarts, [line](auto start) { return line.starts_with(start); });
}

/// What a file of Python begins with: a comment, a text, a decorator, a statement.
bool begins_python(std::string_view line) {
  constexpr std::string_view kStarts[] = {"#",   "\"",   "'",     "r\"", "@",
                                          "if ", "try:", "with ", "for "};
  return is_statement(line) || line.ends_with(')') ||
         std::ranges::any_of(kStarts, [line](auto start) { return line.starts_with(start); });
}

/// "2020-04-21 ...", "[2023/01/31 ...".
bool has_date(std::string_view line) {
  constexpr std::string_view kForm = "0000-00-00";
  if (line.starts_with('[')) line.remove_prefix(1);
  if (line.size() < kForm.size()) return false;
  return std::ranges::equal(kForm, line.substr(0, kForm.size()), [](char form, char c) {
    return form == '0' ? is_digit(c) : c == '-' || c == '/';
  });
}

bool is_log_line(std::string_view line) {
  const std::string lower = lower_case(line);
  const auto has = [&lower](const char* word) { return lower.find(word) != std::string::npos; };
  // A server's own log has dates, too.
  const bool is_error = has("error") || has("critical") || has("fatal") || has("denied");
  if (has_date(line) && !is_error) return true;
  return has("loss") && (has("iter") || has("epoch") || has("step")) &&
         std::ranges::any_of(lower, is_digit);
}

/// Only Markdown may begin with markup.
bool is_markup(std::string_view line) {
  return line.size() > 1 && line[0] == '<' &&
         (std::isalpha(static_cast<unsigned char>(line[1])) != 0 || line[1] == '!' ||
          line[1] == '?' || line[1] == '/');
}

/// The lines of a page that are no comment and no markup, in which Markdown has its text: of
/// "<!-- a -->\n<p>b</p>\n# c", the last.
std::vector<std::string_view> without_markup(const std::vector<std::string_view>& lines) {
  std::vector<std::string_view> left;
  bool in_comment = false;
  for (const std::string_view line : lines) {
    const bool begins = line.starts_with("<!--");
    if (!in_comment && !begins && !is_markup(line)) left.push_back(line);
    in_comment = (in_comment || begins) && line.find("-->") == std::string_view::npos;
  }
  return left;
}

std::string lack_of_markdown(const std::vector<std::string_view>& lines) {
  const std::vector<std::string_view> text = without_markup(lines);
  const bool is_marked = std::ranges::any_of(
      text, [](auto line) { return line.starts_with('#') || line.starts_with('|'); });
  if (text.size() > 1 || is_marked) return "";
  return text.size() < lines.size() ? "a heading, a table or two lines that are no markup"
                                    : "a second line, a heading or a table";
}

/// What the text lacks; "" for nothing.
std::string lack(TextForm form, const std::vector<std::string_view>& lines) {
  if (form != TextForm::kMarkdown && !lines.empty() && is_markup(lines.front())) {
    return "anything but markup";
  }
  switch (form) {
    case TextForm::kAny:
      return "";
    case TextForm::kSeveralLines:
      return lines.size() > 1 || std::ranges::any_of(lines, is_log_line) ? "" : "a second line";
    case TextForm::kMarkdown:
      return lack_of_markdown(lines);
    case TextForm::kYaml:
      return std::ranges::count_if(lines, is_key_or_item) > 1 ? "" : "lines of keys or items";
    case TextForm::kPython:
      return !lines.empty() && begins_python(lines.front()) &&
                     std::ranges::any_of(lines, is_statement)
                 ? ""
                 : "a statement of Python";
    case TextForm::kLog:
      return std::ranges::any_of(lines, is_log_line) ? "" : "a line of a log";
  }
  return "";
}

}  // namespace

std::string not_a_text_of(TextForm form, const std::filesystem::path& file) {
  const Content content = content_of(file);
  const bool is_path = content.kind == ContentKind::kLinkText && form == TextForm::kAny;
  if (content.kind != ContentKind::kText && !is_path) return fmt::format("it is {}", content.text);
  const std::string start = start_of(file);
  // Lines in UTF-16 are not looked at.
  if (start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff")) return "";
  const auto lines = lines_of(start);
  if (is_error_text(lines)) return fmt::format("it is {}, the text of an error", content.text);
  std::string missing = lack(form, lines);
  if (missing.empty() && form == TextForm::kYaml && has_line_of_no_yaml(start)) {
    missing = "lines of YAML only";
  }
  return missing.empty() ? "" : fmt::format("it is {}, and has not {}", content.text, missing);
}

}  // namespace harness
