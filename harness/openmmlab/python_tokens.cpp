#include "harness/openmmlab/python_tokens.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/unicode.h"

namespace harness {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_name_part(char c) {
  return is_name_start(c) || is_digit(c);
}

}  // namespace

PythonTokens::PythonTokens(std::string_view text, std::string_view subject)
    : text_(text), subject_(subject) {
  if (!is_utf8(text)) fail("expected UTF-8, got other bytes");
  token_ = read();
}

Token PythonTokens::next() {
  return std::exchange(token_, read());
}

void PythonTokens::fail(const std::string& detail) const {
  throw Error(ErrorCode::kInvalidFile, subject_,
              fmt::format("line {}: {}", token_line_, for_message(detail)));
}

void PythonTokens::fail_expected(std::string_view what) const {
  std::string got = fmt::format("\"{}\"", token_.text.substr(0, 40));
  if (token_.kind == TokenKind::kNewline) got = "the end of the line";
  if (token_.kind == TokenKind::kEnd) got = "the end of the text";
  fail(fmt::format("expected {}, got {}", what, got));
}

char PythonTokens::at(std::size_t offset) const noexcept {
  const std::size_t index = position_ + offset;
  return index < text_.size() ? text_[index] : '\0';
}

void PythonTokens::skip_blanks() {
  while (position_ < text_.size()) {
    const char c = at(0);
    const bool continued = c == '\\' && (at(1) == '\n' || (at(1) == '\r' && at(2) == '\n'));
    if (c == '#') {
      while (position_ < text_.size() && at(0) != '\n') ++position_;
    } else if (continued) {
      position_ += at(1) == '\r' ? 3 : 2;
      ++line_;
    } else if (c == '\n' && brackets_ > 0) {
      ++position_;
      ++line_;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
      ++position_;
    } else {
      return;
    }
  }
}

Token PythonTokens::read() {
  skip_blanks();
  token_line_ = line_;
  if (position_ >= text_.size()) return {TokenKind::kEnd, ""};
  const char c = at(0);
  if (c == '\n') {
    ++position_;
    ++line_;
    return {TokenKind::kNewline, ""};
  }
  if (is_name_start(c)) return read_name_or_string();
  if (is_digit(c) || (c == '.' && is_digit(at(1)))) return read_number();
  if (c == '\'' || c == '"') return read_string(/*raw=*/false);
  return read_symbol();
}

Token PythonTokens::read_name_or_string() {
  std::size_t length = 1;
  while (is_name_part(at(length))) ++length;
  const std::string name(text_.substr(position_, length));
  position_ += length;
  if (at(0) != '\'' && at(0) != '"') return {TokenKind::kName, name};
  if (name != "r" && name != "R" && name != "u" && name != "U") {
    fail(fmt::format("expected text in quotes, r'...' or u'...', got the prefix \"{}\"", name));
  }
  return read_string(name == "r" || name == "R");
}

/// Whatever looks like a number: whether it is one is seen when it is converted.
Token PythonTokens::read_number() {
  std::size_t length = 0;
  while (is_name_part(at(length)) || at(length) == '.' ||
         ((at(length) == '-' || at(length) == '+') &&
          (at(length - 1) == 'e' || at(length - 1) == 'E'))) {
    ++length;
  }
  const std::string digits(text_.substr(position_, length));
  position_ += length;
  return {TokenKind::kNumber, digits};
}

Token PythonTokens::read_string(bool raw) {
  const char quote = at(0);
  const bool is_long = at(1) == quote && at(2) == quote;
  position_ += is_long ? 3 : 1;
  std::string text;
  while (true) {
    if (position_ >= text_.size() || (at(0) == '\n' && !is_long)) {
      fail("expected text that ends in a quote, got none");
    }
    const bool closes = at(0) == quote && (!is_long || (at(1) == quote && at(2) == quote));
    if (closes) break;
    if (at(0) == '\n') ++line_;
    if (at(0) == '\\' && !raw) {
      read_escape(text);
      continue;
    }
    // In a raw string a backslash keeps the quote behind it from closing the text.
    if (at(0) == '\\' && position_ + 1 < text_.size()) text += text_[position_++];
    text += text_[position_++];
  }
  position_ += is_long ? 3 : 1;
  return {TokenKind::kString, text};
}

void PythonTokens::read_escape(std::string& text) {
  constexpr std::string_view kPlain = "ntr\\'\"";
  constexpr std::string_view kMeanings = "\n\t\r\\'\"";
  constexpr std::string_view kUnusual = "01234567abfvN";
  const char escape = at(1);
  position_ += 2;
  const std::size_t plain = kPlain.find(escape);
  if (plain != std::string_view::npos) {
    text += kMeanings[plain];
  } else if (escape == '\n') {
    ++line_;
  } else if (escape == 'x' || escape == 'u' || escape == 'U') {
    append_utf8(text, read_hex(escape == 'x' ? 2 : escape == 'u' ? 4 : 8));
  } else if (kUnusual.find(escape) != std::string_view::npos) {
    fail(fmt::format("expected a plain escape, got \"\\{}\"", escape));
  } else {
    // Python keeps the backslash of what is no escape.
    (text += '\\') += escape;
  }
}

char32_t PythonTokens::read_hex(std::size_t digits) {
  const std::string_view hex = text_.substr(std::min(position_, text_.size()), digits);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  if (hex.size() < digits || end != hex.data() + hex.size() || error != std::errc()) {
    fail(fmt::format("expected {} hexadecimal digits after the backslash", digits));
  }
  position_ += digits;
  return static_cast<char32_t>(value);
}

Token PythonTokens::read_symbol() {
  const char c = at(0);
  if (std::string_view("()[]{},:=*-+").find(c) == std::string_view::npos) {
    fail(fmt::format("expected a config of literals, got \"{}\"", c >= ' ' && c < 0x7f ? c : '?'));
  }
  if (c == '(' || c == '[' || c == '{') ++brackets_;
  if (c == ')' || c == ']' || c == '}') --brackets_;
  ++position_;
  return {TokenKind::kSymbol, std::string(1, c)};
}

}  // namespace harness
