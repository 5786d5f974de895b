#include "harness/base/unicode.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace harness {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr std::string_view kReplacementBytes = "\xEF\xBF\xBD";

struct Range {
  char32_t first;
  char32_t last;
};

constexpr std::array<Range, 8> kZeroWidth{{{0x0300, 0x036F},
                                           {0x0483, 0x0489},
                                           {0x0591, 0x05BD},
                                           {0x1AB0, 0x1AFF},
                                           {0x1DC0, 0x1DFF},
                                           {0x200B, 0x200D},
                                           {0x20D0, 0x20FF},
                                           {0xFE00, 0xFE0F}}};
constexpr std::array<Range, 9> kWide{{{0x1100, 0x115F},
                                      {0x2E80, 0x303E},
                                      {0x3041, 0xA4CF},
                                      {0xAC00, 0xD7A3},
                                      {0xF900, 0xFAFF},
                                      {0xFE30, 0xFE6F},
                                      {0xFF00, 0xFF60},
                                      {0x1F300, 0x1FAFF},
                                      {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 6> kUnprintable{{{0x0000, 0x001F},
                                             {0x007F, 0x009F},
                                             {0x200E, 0x200F},
                                             {0x2028, 0x202E},
                                             {0x2066, 0x2069},
                                             {0xFEFF, 0xFEFF}}};

template <std::size_t n>
bool is_in(const std::array<Range, n>& ranges, char32_t value) noexcept {
  return std::any_of(ranges.begin(), ranges.end(), [value](const Range& range) {
    return value >= range.first && value <= range.last;
  });
}

bool is_scalar(char32_t value) noexcept {
  return value < 0xD800 || (value > 0xDFFF && value <= 0x10FFFF);
}

/// Bytes of the sequence that `lead` starts; 0 when it starts none.
std::size_t sequence_length(unsigned char lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

/// The code point that `text` starts with; no bytes when it starts with none (Unicode standard,
/// table 3-7).
CodePoint decode(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = sequence_length(lead);
  if (length == 0 || length > text.size()) return {};
  if (length == 1) return {lead, text.substr(0, 1)};
  char32_t value = lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0u) != 0x80u) return {};
    value = (value << 6) | (byte & 0x3Fu);
  }
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || !is_scalar(value)) return {};
  return {value, text.substr(0, length)};
}

/// Takes the first code point off `text`, or one byte that is not UTF-8.
CodePoint take_code_point(std::string_view& text) noexcept {
  CodePoint point = decode(text);
  if (point.bytes.empty()) point = {kReplacement, text.substr(0, 1)};
  text.remove_prefix(point.bytes.size());
  return point;
}

}  // namespace

std::vector<CodePoint> code_points(std::string_view text) {
  std::vector<CodePoint> points;
  while (!text.empty()) points.push_back(take_code_point(text));
  return points;
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t length = decode(text).bytes.size();
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string repair_utf8(std::string_view text) {
  std::string repaired;
  while (!text.empty()) append_utf8(repaired, take_code_point(text).value);
  return repaired;
}

void append_utf8(std::string& text, char32_t code_point) {
  if (!is_scalar(code_point)) code_point = kReplacement;
  const auto put = [&text](char32_t byte) { text += static_cast<char>(byte); };
  const auto put_tail = [&](int shift) { put(0x80 | ((code_point >> shift) & 0x3F)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
    put_tail(0);
  } else if (code_point < 0x10000) {
    put(0xE0 | (code_point >> 12));
    put_tail(6);
    put_tail(0);
  } else {
    put(0xF0 | (code_point >> 18));
    put_tail(12);
    put_tail(6);
    put_tail(0);
  }
}

std::string latin1_to_utf8(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) append_utf8(text, static_cast<unsigned char>(byte));
  return text;
}

bool utf8_to_latin1(std::string_view text, std::string& bytes) {
  bytes.clear();
  while (!text.empty()) {
    const CodePoint point = decode(text);
    if (point.bytes.empty() || point.value > 0xFF) return false;
    bytes += static_cast<char>(point.value);
    text.remove_prefix(point.bytes.size());
  }
  return true;
}

int columns_of(char32_t value) noexcept {
  if (is_in(kZeroWidth, value)) return 0;
  return is_in(kWide, value) ? 2 : 1;
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (const auto& point : code_points(text)) {
    columns += static_cast<std::size_t>(columns_of(point.value));
  }
  return columns;
}

std::string printable(std::string_view text) {
  std::string result;
  for (const auto& point : code_points(text)) {
    if (point.value == '\n' || point.value == '\t') {
      result += ' ';
    } else if (point.value == kReplacement || is_in(kUnprintable, point.value)) {
      result += kReplacementBytes;
    } else {
      result += point.bytes;
    }
  }
  return result;
}

std::string for_message(std::string_view text) {
  constexpr std::size_t kMaxBytes = 600;
  if (text.size() <= kMaxBytes) return printable(text);
  return printable(text.substr(0, kMaxBytes)).append("…");
}

}  // namespace harness
