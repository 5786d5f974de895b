#include "harness/openmmlab/python_config.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/ordered_object.h"
#include "harness/openmmlab/python_tokens.h"

namespace harness {
namespace {

constexpr int kMaxDepth = 64;
/// A name bound above can be used many times; what it stands for is copied each time.
constexpr std::size_t kMaxCopied = std::size_t{1} << 17;
constexpr std::int64_t kMaxRange = 1024;
constexpr double kMaxRangeEnd = 2147483648.0;

/// Recursive descent over the tokens; `depth_` bounds the recursion.
class Parser {
 public:
  Parser(std::string_view text, std::string_view subject) : tokens_(text, subject) {}

  Json parse() {
    OrderedObject config;
    while (true) {
      while (accept(TokenKind::kNewline)) {
      }
      if (peek().kind == TokenKind::kEnd) return config.take();
      const std::string name = take_name("a name to be bound");
      expect_symbol('=');
      Json value = expression();
      if (peek().kind != TokenKind::kEnd) expect(TokenKind::kNewline, "the end of the line");
      bound_[name] = value;
      config.set(name, std::move(value));
    }
  }

 private:
  const Token& peek() const { return tokens_.peek(); }
  bool at_symbol(char symbol) const {
    return peek().kind == TokenKind::kSymbol && peek().text[0] == symbol;
  }
  bool accept(TokenKind kind) {
    if (peek().kind != kind) return false;
    tokens_.next();
    return true;
  }
  bool accept_symbol(char symbol) {
    if (!at_symbol(symbol)) return false;
    tokens_.next();
    return true;
  }
  void expect(TokenKind kind, std::string_view what) {
    if (!accept(kind)) tokens_.fail_expected(what);
  }
  void expect_symbol(char symbol) {
    if (!accept_symbol(symbol)) tokens_.fail_expected(fmt::format("'{}'", symbol));
  }
  std::string take_name(std::string_view what) {
    if (peek().kind != TokenKind::kName) tokens_.fail_expected(what);
    return tokens_.next().text;
  }

  Json expression() {
    if (++depth_ > kMaxDepth) tokens_.fail("expected nesting of at most 64, got more");
    Json value = primary();
    --depth_;
    return value;
  }

  Json primary() {
    switch (peek().kind) {
      case TokenKind::kString:
        return strings();
      case TokenKind::kNumber:
        return number(tokens_.next().text, /*negative=*/false);
      case TokenKind::kName:
        return name_or_dict();
      case TokenKind::kSymbol:
        return bracket_or_sign();
      default:
        tokens_.fail_expected("a value");
    }
  }

  /// Strings that stand side by side are one.
  Json strings() {
    std::string text;
    while (peek().kind == TokenKind::kString) text += tokens_.next().text;
    return text;
  }

  Json bracket_or_sign() {
    if (accept_symbol('[')) return sequence(']');
    if (accept_symbol('{')) return braces();
    if (accept_symbol('(')) return parentheses();
    const bool negative = at_symbol('-');
    if (!negative && !at_symbol('+')) tokens_.fail_expected("a value");
    tokens_.next();
    if (peek().kind != TokenKind::kNumber) tokens_.fail_expected("a number after the sign");
    return number(tokens_.next().text, negative);
  }

  Json sequence(char close) {
    Json array = Json::array();
    while (!accept_symbol(close)) {
      array.push_back(expression());
      if (!at_symbol(close)) expect_symbol(',');
    }
    return array;
  }

  /// (x) is x; (x,) and () are tuples.
  Json parentheses() {
    if (accept_symbol(')')) return Json::array();
    Json first = expression();
    if (accept_symbol(')')) return first;
    expect_symbol(',');
    Json rest = sequence(')');
    rest.insert(rest.begin(), std::move(first));
    return rest;
  }

  Json braces() {
    OrderedObject object;
    while (!accept_symbol('}')) {
      if (accept_stars()) {
        merge(object);
      } else {
        const std::string key = key_text(expression());
        expect_symbol(':');
        object.set(key, expression());
      }
      if (!at_symbol('}')) expect_symbol(',');
    }
    return object.take();
  }

  Json name_or_dict() {
    const std::string name = tokens_.next().text;
    if (name == "None") return nullptr;
    if (name == "True" || name == "False") return name == "True";
    if (name == "dict" && accept_symbol('(')) return dict_call();
    if (name == "range" && accept_symbol('(')) return range_call();
    const auto found = bound_.find(name);
    if (found == bound_.end()) {
      tokens_.fail(fmt::format(
          "expected a literal, dict(...) or a name bound above, got the name \"{}\"", name));
    }
    spend(found->second, depth_);
    return found->second;
  }

  Json dict_call() {
    OrderedObject object;
    std::unordered_map<std::string, bool> named;
    while (!accept_symbol(')')) {
      if (accept_stars()) {
        merge(object);
      } else {
        const std::string key = take_name("key=value");
        expect_symbol('=');
        if (!named.emplace(key, true).second) {
          tokens_.fail(fmt::format("expected each key once, got \"{}\" twice", key));
        }
        object.set(key, expression());
      }
      if (!at_symbol(')')) expect_symbol(',');
    }
    return object.take();
  }

  /// The integers themselves: upstream writes `gpu_ids = range(0, 4)`.
  Json range_call() {
    const Json arguments = sequence(')');
    const bool are_integers =
        std::all_of(arguments.begin(), arguments.end(), [](const Json& argument) {
          return argument.is_number_integer() && std::abs(argument.get<double>()) < kMaxRangeEnd;
        });
    if (arguments.empty() || arguments.size() > 3 || !are_integers) {
      tokens_.fail("expected range() of one to three integers below 2^31, got other arguments");
    }
    const bool has_start = arguments.size() > 1;
    const auto start = has_start ? arguments[0].get<std::int64_t>() : 0;
    const auto stop = arguments[has_start ? 1 : 0].get<std::int64_t>();
    const auto step = arguments.size() == 3 ? arguments[2].get<std::int64_t>() : 1;
    if (step == 0 || (stop - start) / step > kMaxRange) {
      tokens_.fail(fmt::format("expected range() of at most {} integers, got more", kMaxRange));
    }
    Json values = Json::array();
    for (auto value = start; step > 0 ? value < stop : value > stop; value += step) {
      values.push_back(value);
    }
    spend(values, depth_);
    return values;
  }

  bool accept_stars() {
    if (!accept_symbol('*')) return false;
    expect_symbol('*');
    return true;
  }

  void merge(OrderedObject& object) {
    const Json other = expression();
    if (!other.is_object()) tokens_.fail("expected a dict after **, got another value");
    for (const auto& [key, value] : other.items()) object.set(key, value);
  }

  std::string key_text(const Json& key) const {
    if (key.is_string()) return key.get<std::string>();
    if (key.is_structured()) tokens_.fail("expected a string or a number as key, got a container");
    if (key.is_null()) return "None";
    if (key.is_boolean()) return key.get<bool>() ? "True" : "False";
    return key.dump();
  }

  /// Counts what a bound name adds, in size and in depth.
  void spend(const Json& value, int depth) {
    std::size_t size = 1;
    if (value.is_string()) size += value.get_ref<const std::string&>().size();
    if (size > kMaxCopied - copied_ || depth > kMaxDepth) {
      tokens_.fail(
          "expected names and ranges that stand for less, got names of names without end or "
          "ranges that outgrow the text");
    }
    copied_ += size;
    if (value.is_structured()) {
      for (const Json& item : value) spend(item, depth + 1);
    }
  }

  Json number(std::string digits, bool negative) const {
    std::erase(digits, '_');
    const std::string text = (negative ? "-" : "") + digits;
    const char* const end = text.data() + text.size();
    std::int64_t whole = 0;
    const auto as_whole = std::from_chars(text.data(), end, whole);
    if (as_whole.ec == std::errc() && as_whole.ptr == end) return whole;
    if (as_whole.ec == std::errc::result_out_of_range && as_whole.ptr == end) {
      tokens_.fail("expected an integer of 64 bits, got " + text);
    }
    double real = 0;
    const auto as_real = std::from_chars(text.data(), end, real);
    if (as_real.ec != std::errc() || as_real.ptr != end || !std::isfinite(real)) {
      tokens_.fail(fmt::format("expected a decimal number, got \"{}\"", text));
    }
    return real;
  }

  PythonTokens tokens_;
  std::unordered_map<std::string, Json> bound_;
  std::size_t copied_ = 0;
  int depth_ = 0;
};

}  // namespace

Json parse_python_config(std::string_view text, std::string_view subject) {
  return Parser(text, subject).parse();
}

Json config_of_meta(const Json& meta) {
  for (const char* key : {"config", "cfg"}) {
    if (!meta.is_object() || !meta.contains(key) || !meta.at(key).is_string()) continue;
    return parse_python_config(meta.at(key).get<std::string>(), std::string("meta.") + key);
  }
  return {};
}

}  // namespace harness
