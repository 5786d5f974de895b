#include "harness/report/html/script_json.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/base/unicode.h"

namespace harness {
namespace {

/// What could end the element or, as code, a line; and how JSON writes it as well.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kEscapes{{
    {"<", "\\u003c"},
    {">", "\\u003e"},
    {"&", "\\u0026"},
    {"\xE2\x80\xA8", "\\u2028"},
    {"\xE2\x80\xA9", "\\u2029"},
}};

}  // namespace

std::string script_json(const Json& value) {
  const std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string escaped;
  escaped.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = std::string_view(text).substr(at);
    std::string_view out = rest.substr(0, 1);
    std::size_t taken = 1;
    for (const auto& [from, to] : kEscapes) {
      if (!rest.starts_with(from)) continue;
      out = to;
      taken = from.size();
    }
    escaped += out;
    at += taken;
  }
  return escaped;
}

std::string page_text(std::string_view text) {
  std::string shown = printable(text.substr(0, kPageText));
  if (text.size() > kPageText) {
    shown += fmt::format("… ({} in all)", byte_text(static_cast<double>(text.size())));
  }
  return shown;
}

}  // namespace harness
