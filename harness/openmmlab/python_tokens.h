#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace harness {

enum class TokenKind { kName, kNumber, kString, kSymbol, kNewline, kEnd };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;  ///< A string's is what it means: without quotes, escapes resolved.
};

/// The tokens of that part of Python in which resolved configs are written. Inside brackets line
/// ends do not count; comments and a backslash before a line end are passed over.
class PythonTokens {
 public:
  /// text: has to outlive the object. Throws Error(kInvalidFile) like next().
  PythonTokens(std::string_view text, std::string_view subject);

  const Token& peek() const noexcept { return token_; }
  /// Returns the token that peek() showed and reads another. Throws Error(kInvalidFile) for text
  /// that is no token: a string without end, an f-string, an unknown character.
  Token next();

  /// Throws Error(kInvalidFile): "line 3: <detail>".
  [[noreturn]] void fail(const std::string& detail) const;
  /// "line 3: expected <what>, got <the token that peek() shows>".
  [[noreturn]] void fail_expected(std::string_view what) const;

 private:
  char at(std::size_t offset) const noexcept;
  void skip_blanks();
  Token read();
  Token read_name_or_string();
  Token read_number();
  Token read_string(bool raw);
  void read_escape(std::string& text);
  char32_t read_hex(std::size_t digits);
  Token read_symbol();

  std::string_view text_;
  std::string subject_;
  std::size_t position_ = 0;
  std::size_t line_ = 1;
  std::size_t token_line_ = 1;
  int brackets_ = 0;
  Token token_;
};

}  // namespace harness
