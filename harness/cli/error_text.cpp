#include "harness/cli/error_text.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "harness/base/text.h"

namespace harness {
namespace {

constexpr std::string_view kBlanks = " \t#*:-";

bool is_numeral(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

std::string_view without(std::string_view text, std::string_view signs) {
  return text.substr(std::min(text.find_first_not_of(signs), text.size()));
}

/// Without "HTTP/1.1", "Error" and a status of 400 to 599 in front.
std::string_view without_status(std::string_view line, bool& had_status) {
  line = without(line, kBlanks);
  if (line.starts_with("http/")) line = without(line.substr(5), "0123456789. ");
  if (line.starts_with("error ")) line = without(line.substr(6), kBlanks);
  const bool is_status = line.size() >= 3 && (line[0] == '4' || line[0] == '5') &&
                         is_numeral(line[1]) && is_numeral(line[2]) &&
                         (line.size() == 3 || !std::isalnum(static_cast<unsigned char>(line[3])));
  had_status = is_status;
  return is_status ? without(line.substr(3), kBlanks) : line;
}

bool starts_with_a_message(std::string_view text) {
  constexpr std::string_view kMessages[] = {"not found",
                                            "page not found",
                                            "file not found",
                                            "object not found",
                                            "repository not found",
                                            "entry not found",
                                            "access denied",
                                            "permission denied",
                                            "bad request",
                                            "bad gateway",
                                            "service unavailable",
                                            "service temporarily unavailable",
                                            "temporarily unavailable",
                                            "internal server error",
                                            "gateway timeout",
                                            "gateway time-out",
                                            "request timeout",
                                            "too many requests",
                                            "quota exceeded",
                                            "rate limit exceeded",
                                            "api rate limit exceeded",
                                            "no such file",
                                            "no such key",
                                            "the specified key does not exist",
                                            "the requested url",
                                            "invalid credentials",
                                            "invalid username or password",
                                            "upstream connect error",
                                            "upstream request timeout",
                                            "error:",
                                            "fatal:",
                                            "curl:",
                                            "traceback (most recent call last)"};
  // One word may as well begin a sentence about something else.
  constexpr std::string_view kWords[] = {"accessdenied", "forbidden", "nosuchkey", "unauthorized"};
  const auto stands_alone = [text](std::string_view word) {
    if (!text.starts_with(word)) return false;
    const std::string_view rest = without(text.substr(word.size()), " ");
    return rest.empty() || std::isalnum(static_cast<unsigned char>(rest[0])) == 0;
  };
  const auto is_start = [text](std::string_view message) { return text.starts_with(message); };
  return std::ranges::any_of(kWords, stands_alone) || std::ranges::any_of(kMessages, is_start);
}

/// The key of "key: value" in lower case; "" for other lines.
std::string key_of(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return "";
  std::string key = lower_case(line.substr(0, colon));
  std::erase_if(key, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
  return key;
}

/// Of a document in YAML, or of the head of an answer.
bool has_only_keys_of_an_error(const std::vector<std::string_view>& lines) {
  constexpr std::string_view kTelling[] = {"error",  "errors", "errormessage", "message",
                                           "detail", "status", "statuscode",   "code"};
  constexpr std::string_view kOthers[] = {"details", "documentationurl", "hostid",    "method",
                                          "path",    "reason",           "requestid", "timestamp",
                                          "title",   "traceid",          "type",      "url"};
  const auto is_any_of = [](const auto& keys, const std::string& key) {
    return std::ranges::find(keys, key) != std::end(keys);
  };
  bool tells = false;
  for (const std::string_view line : lines) {
    if (line == "---") continue;
    const std::string key = key_of(line);
    const bool is_telling = is_any_of(kTelling, key);
    if (!is_telling && !is_any_of(kOthers, key)) return false;
    tells = tells || is_telling;
  }
  return tells;
}

}  // namespace

bool is_error_text(const std::vector<std::string_view>& lines) {
  if (lines.empty()) return false;
  const std::string first = lower_case(lines.front());
  bool had_status = false;
  const std::string_view rest = without_status(first, had_status);
  if (starts_with_a_message(rest) || (had_status && (rest.empty() || lines.size() == 1))) {
    return true;
  }
  return has_only_keys_of_an_error(lines);
}

}  // namespace harness
