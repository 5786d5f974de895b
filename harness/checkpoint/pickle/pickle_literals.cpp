#include "harness/checkpoint/pickle/pickle_literals.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "harness/base/unicode.h"

namespace harness {
namespace {

[[noreturn]] void refuse(std::string_view expected, std::string_view got) {
  throw std::invalid_argument(
      fmt::format("expected {}, got \"{}\"", expected, repair_utf8(got.substr(0, 40))));
}

ValueId add_utf8(PickleTree& tree, std::string_view text) {
  if (is_utf8(text)) return tree.add({.kind = PickleKind::kString, .text = text});
  return tree.add_text(PickleKind::kString, repair_utf8(text));
}

ValueId add_bytes(PickleTree& tree, std::string_view bytes) {
  return tree.add({.kind = PickleKind::kBytes, .text = bytes});
}

/// A Python 2 `str`: text where it is UTF-8 (as torch.load takes it), bytes otherwise.
ValueId add_python2_string(PickleTree& tree, std::string_view bytes) {
  return is_utf8(bytes) ? add_utf8(tree, bytes) : add_bytes(tree, bytes);
}

/// Two's complement, little-endian, of any length.
ValueId add_long(PickleTree& tree, std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const bool negative = !bytes.empty() && byte(bytes.size() - 1) >= 0x80;
  if (bytes.size() <= sizeof(std::int64_t)) {
    std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = (value << 8) | byte(i);
    return tree.add_int(static_cast<std::int64_t>(value));
  }
  std::string magnitude(bytes);
  if (negative) {
    unsigned carry = 1;
    for (char& digit : magnitude) {
      carry += static_cast<unsigned char>(~static_cast<unsigned char>(digit));
      digit = static_cast<char>(carry & 0xff);
      carry >>= 8;
    }
  }
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = magnitude.size(); i-- > 0;) {
    const auto digit = static_cast<unsigned char>(magnitude[i]);
    text += kHex[digit >> 4];
    text += kHex[digit & 0xf];
  }
  const std::size_t first = text.find_first_not_of('0');
  return tree.add_text(PickleKind::kBigInt,
                       (negative ? "-0x" : "0x") + text.substr(std::min(first, text.size() - 1)));
}

ValueId add_decimal(PickleTree& tree, std::string_view line) {
  if (!line.empty() && line.back() == 'L') line.remove_suffix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
  if (end != line.data() + line.size() || line.empty()) refuse("an integer", line);
  if (error == std::errc()) return tree.add_int(value);
  return tree.add_text(PickleKind::kBigInt, std::string(line));
}

ValueId add_int_line(PickleTree& tree, std::string_view line) {
  if (line == "00") return tree.add_bool(false);
  if (line == "01") return tree.add_bool(true);
  return add_decimal(tree, line);
}

ValueId add_float_line(PickleTree& tree, std::string_view line) {
  double value = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
  if (end != line.data() + line.size() || line.empty()) refuse("a float", line);
  return tree.add({.kind = PickleKind::kFloat, .real = value});
}

ValueId add_binary_float(PickleTree& tree, ByteCursor& cursor) {
  const auto little = cursor.take_number<std::uint64_t>();
  return tree.add(
      {.kind = PickleKind::kFloat, .real = std::bit_cast<double>(__builtin_bswap64(little))});
}

/// The number behind "\x", "\u" or "\U"; moves `rest` past it.
char32_t take_hex(std::string_view& rest, std::size_t digits) {
  std::uint32_t value = 0;
  const char* const stop = rest.data() + std::min(digits, rest.size());
  const auto [end, error] = std::from_chars(rest.data(), stop, value, 16);
  if (rest.size() < digits || end != stop) refuse("hexadecimal digits", rest);
  rest.remove_prefix(digits);
  return static_cast<char32_t>(value);
}

/// What follows a backslash in Python 2's repr(); moves `rest` past it.
char take_escape(std::string_view& rest) {
  constexpr std::string_view kEscapes = "ntr\\'\"";
  constexpr std::string_view kMeanings = "\n\t\r\\'\"";
  const char escape = rest.empty() ? '\0' : rest.front();
  const std::size_t known = kEscapes.find(escape);
  if (escape != 'x' && known == std::string_view::npos) refuse("an escape of repr()", rest);
  rest.remove_prefix(1);
  return escape == 'x' ? static_cast<char>(take_hex(rest, 2)) : kMeanings[known];
}

/// STRING: a quoted literal as Python 2's repr() writes it.
ValueId add_quoted(PickleTree& tree, std::string_view line) {
  if (line.size() < 2 || line.front() != line.back() ||
      (line.front() != '\'' && line.front() != '"')) {
    refuse("quoted text", line);
  }
  std::string_view rest = line.substr(1, line.size() - 2);
  std::string bytes;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    bytes += c == '\\' ? take_escape(rest) : c;
  }
  return add_python2_string(tree, tree.keep(std::move(bytes)));
}

/// UNICODE: Latin-1 with \uXXXX and \UXXXXXXXX.
ValueId add_raw_unicode(PickleTree& tree, std::string_view line) {
  std::string text;
  while (!line.empty()) {
    const bool is_short = line.substr(0, 2) == "\\u";
    if (is_short || line.substr(0, 2) == "\\U") {
      line.remove_prefix(2);
      append_utf8(text, take_hex(line, is_short ? 4 : 8));
      continue;
    }
    append_utf8(text, static_cast<unsigned char>(line.front()));
    line.remove_prefix(1);
  }
  return tree.add_text(PickleKind::kString, std::move(text));
}

template <typename Size>
std::string_view sized(ByteCursor& cursor) {
  return cursor.take_text(cursor.take_number<Size>());
}

std::optional<ValueId> read_number(Opcode opcode, ByteCursor& cursor, PickleTree& tree) {
  switch (opcode) {
    case Opcode::kNone:
      return tree.add_none();
    case Opcode::kNewTrue:
      return tree.add_bool(true);
    case Opcode::kNewFalse:
      return tree.add_bool(false);
    case Opcode::kBinInt:
      return tree.add_int(cursor.take_number<std::int32_t>());
    case Opcode::kBinInt1:
      return tree.add_int(cursor.take_number<std::uint8_t>());
    case Opcode::kBinInt2:
      return tree.add_int(cursor.take_number<std::uint16_t>());
    case Opcode::kLong1:
      return add_long(tree, sized<std::uint8_t>(cursor));
    case Opcode::kLong4:
      return add_long(tree, sized<std::uint32_t>(cursor));
    case Opcode::kInt:
      return add_int_line(tree, cursor.take_line());
    case Opcode::kLong:
      return add_decimal(tree, cursor.take_line());
    case Opcode::kFloat:
      return add_float_line(tree, cursor.take_line());
    case Opcode::kBinFloat:
      return add_binary_float(tree, cursor);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<ValueId> read_literal(Opcode opcode, ByteCursor& cursor, PickleTree& tree) {
  switch (opcode) {
    case Opcode::kShortBinUnicode:
      return add_utf8(tree, sized<std::uint8_t>(cursor));
    case Opcode::kBinUnicode:
      return add_utf8(tree, sized<std::uint32_t>(cursor));
    case Opcode::kBinUnicode8:
      return add_utf8(tree, sized<std::uint64_t>(cursor));
    case Opcode::kShortBinBytes:
      return add_bytes(tree, sized<std::uint8_t>(cursor));
    case Opcode::kBinBytes:
      return add_bytes(tree, sized<std::uint32_t>(cursor));
    case Opcode::kBinBytes8:
    case Opcode::kByteArray8:
      return add_bytes(tree, sized<std::uint64_t>(cursor));
    case Opcode::kShortBinString:
      return add_python2_string(tree, sized<std::uint8_t>(cursor));
    case Opcode::kBinString:
      return add_python2_string(tree, sized<std::uint32_t>(cursor));
    case Opcode::kString:
      return add_quoted(tree, cursor.take_line());
    case Opcode::kUnicode:
      return add_raw_unicode(tree, cursor.take_line());
    default:
      return read_number(opcode, cursor, tree);
  }
}

}  // namespace harness
