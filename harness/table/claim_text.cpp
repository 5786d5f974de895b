#include "harness/table/claim_text.h"

#include <utility>

#include <fmt/format.h>

#include "harness/base/error.h"

namespace harness {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

/// Walks over JSON that has been parsed before and so is known to be whole. Positions are offsets.
class JsonText {
 public:
  explicit JsonText(std::string_view text) : text_(text) {}

  std::size_t start() const { return skip_space(0); }

  /// Behind the value that starts at `at`.
  std::size_t end_of(std::size_t at) const {
    if (text_[at] == '"') return end_of_string(at);
    if (text_[at] != '{' && text_[at] != '[') return text_.find_first_of(",]} \t\r\n", at);
    std::size_t depth = 0;
    for (;; ++at) {
      if (text_[at] == '"') at = end_of_string(at) - 1;
      if (text_[at] == '{' || text_[at] == '[') ++depth;
      if ((text_[at] == '}' || text_[at] == ']') && --depth == 0) return at + 1;
    }
  }

  /// Where the value of `key` starts in the object at `at`.
  std::size_t member(std::size_t at, std::string_view key) const {
    const std::string quoted = fmt::format("\"{}\"", key);
    for (at = skip_space(at + 1); text_[at] != '}'; at = next(at)) {
      const std::size_t end = end_of_string(at);
      const bool found = text_.substr(at, end - at) == quoted;
      at = skip_space(text_.find(':', end) + 1);
      if (found) return at;
    }
    throw Error(ErrorCode::kInvalidSuite, quoted,
                "expected the key in plain letters, found it with escapes; write it plainly");
  }

  /// Where element `index` of the array at `at` starts.
  std::size_t element(std::size_t at, std::size_t index) const {
    at = skip_space(at + 1);
    for (; index > 0; --index) at = next(at);
    return at;
  }

 private:
  std::size_t skip_space(std::size_t at) const { return text_.find_first_not_of(kSpace, at); }

  std::size_t end_of_string(std::size_t at) const {
    for (++at; text_[at] != '"'; ++at) {
      if (text_[at] == '\\') ++at;
    }
    return at + 1;
  }

  /// The start of what follows the value at `at`, or the bracket that closes what it lies in.
  std::size_t next(std::size_t at) const {
    at = skip_space(end_of(at));
    return text_[at] == ',' ? skip_space(at + 1) : at;
  }

  std::string_view text_;
};

/// What stands before the first sign of the line that `at` lies in.
std::string_view indentation(std::string_view text, std::size_t at) {
  const std::size_t line = text.rfind('\n', at) + 1;  // npos + 1 is 0.
  return text.substr(line, text.find_first_not_of(" \t", line) - line);
}

std::string written(const Json& claim, std::string_view before, std::string_view indent) {
  const std::size_t line_end = before.find('\n');
  if (line_end == before.npos) return claim.dump();
  const std::size_t width = indentation(before, line_end + 1).size();
  const int step = width > indent.size() ? static_cast<int>(width - indent.size()) : 1;
  const char sign = indent.starts_with('\t') ? '\t' : ' ';
  std::string text;
  for (const char letter : claim.dump(step, sign)) {
    text += letter;
    if (letter == '\n') text += indent;
  }
  return text;
}

}  // namespace

std::string with_claim(std::string_view text, std::size_t row, std::size_t claim,
                       const Json& replacement) {
  const JsonText json(text);
  const std::size_t in_row = json.element(json.member(json.start(), "rows"), row);
  const std::size_t begin = json.element(json.member(in_row, "claims"), claim);
  const std::size_t end = json.end_of(begin);
  return fmt::format(
      "{}{}{}", text.substr(0, begin),
      written(replacement, text.substr(begin, end - begin), indentation(text, begin)),
      text.substr(end));
}

}  // namespace harness
