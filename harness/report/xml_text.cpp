#include "harness/report/xml_text.h"

#include "harness/base/unicode.h"

namespace harness {
namespace {

/// XML 1.0, production 2, Char.
bool is_xml_char(char32_t value) {
  if (value < 0x20) return value == '\t' || value == '\n' || value == '\r';
  return value != 0xFFFE && value != 0xFFFF;
}

std::string_view entity_of(char32_t value) {
  switch (value) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&apos;";
    case '\n':
      return "&#10;";
    case '\r':
      return "&#13;";
    case '\t':
      return "&#9;";
    default:
      return "";
  }
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string result;
  for (const auto& point : code_points(text)) {
    const auto entity = entity_of(point.value);
    if (!entity.empty()) {
      result += entity;
    } else if (point.value == 0xFFFD || !is_xml_char(point.value)) {
      result += "\xEF\xBF\xBD";
    } else {
      result += point.bytes;
    }
  }
  return result;
}

}  // namespace harness
