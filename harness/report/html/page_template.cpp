#include "harness/report/html/page_template.h"

#include <cstdint>
#include <stdexcept>

#include "harness/base/sha256.h"

namespace harness {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 (RFC 4648) of bytes that are given in hex.
std::string base64_of_hex(std::string_view hex) {
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char digit : hex) {
    const int value = digit <= '9' ? digit - '0' : digit - 'a' + 10;
    bits = (bits << 4U) | static_cast<std::uint32_t>(value);
    count += 4;
    if (count < 6) continue;
    count -= 6;
    text += kBase64[(bits >> static_cast<unsigned>(count)) & 63U];
  }
  if (count > 0) text += kBase64[(bits << static_cast<unsigned>(6 - count)) & 63U];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

}  // namespace

std::string fill_template(std::string_view text,
                          const std::map<std::string, std::string_view>& values) {
  std::string filled;
  for (;;) {
    const auto begin = text.find("{{");
    filled += text.substr(0, begin);
    if (begin == std::string_view::npos) return filled;
    const auto end = text.find("}}", begin);
    if (end == std::string_view::npos) throw std::logic_error("a template with an open place");
    filled += values.at(std::string(text.substr(begin + 2, end - begin - 2)));
    text.remove_prefix(end + 2);
  }
}

std::string policy_source(std::string_view content) {
  return "'sha256-" + base64_of_hex(sha256_hex(content)) + "'";
}

}  // namespace harness
