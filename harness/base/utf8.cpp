#include "harness/base/utf8.h"

#include <cstddef>

#include "harness/base/unicode.h"

namespace harness {
namespace {

constexpr char32_t kReplacement = 0xfffd;

bool is_scalar(char32_t code_point) {
  return code_point < 0xd800 || (code_point > 0xdfff && code_point <= 0x10ffff);
}

/// Length of the code point that begins at `text`'s front, 0 when none does. Table 3-7 of the
/// Unicode standard.
std::size_t decode(std::string_view text, char32_t& code_point) {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  if (length == 0 || length > text.size()) return 0;
  constexpr unsigned char kLeadBits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  code_point = first & kLeadBits[length];
  for (std::size_t index = 1; index < length; ++index) {
    if ((byte(index) & 0xc0) != 0x80) return 0;
    code_point = (code_point << 6) | (byte(index) & 0x3fU);
  }
  return code_point >= kSmallest[length] && is_scalar(code_point) ? length : 0;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  char32_t code_point = 0;
  while (!text.empty()) {
    const std::size_t length = decode(text, code_point);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string repair_utf8(std::string_view text) {
  std::string repaired;
  char32_t code_point = 0;
  while (!text.empty()) {
    const std::size_t length = decode(text, code_point);
    append_utf8(repaired, length == 0 ? kReplacement : code_point);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return repaired;
}

std::string for_message(std::string_view text) {
  constexpr std::size_t kMaxBytes = 600;
  if (text.size() <= kMaxBytes) return printable(text);
  return printable(text.substr(0, kMaxBytes)).append("…");
}

void append_utf8(std::string& text, char32_t code_point) {
  if (!is_scalar(code_point)) code_point = kReplacement;
  const auto put = [&text](char32_t byte) { text += static_cast<char>(byte); };
  const auto put_tail = [&](int shift) { put(0x80 | ((code_point >> shift) & 0x3f)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xc0 | (code_point >> 6));
    put_tail(0);
  } else if (code_point < 0x10000) {
    put(0xe0 | (code_point >> 12));
    put_tail(6);
    put_tail(0);
  } else {
    put(0xf0 | (code_point >> 18));
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
  char32_t code_point = 0;
  while (!text.empty()) {
    const std::size_t length = decode(text, code_point);
    if (length == 0 || code_point > 0xff) return false;
    bytes += static_cast<char>(code_point);
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace harness
