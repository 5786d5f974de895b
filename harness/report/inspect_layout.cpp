#include "harness/report/inspect_layout.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/number_text.h"
#include "harness/base/unicode.h"
#include "harness/report/text_layout.h"

namespace harness {
namespace {

constexpr std::size_t kLabel = 14;
constexpr std::size_t kValueAt = kLabel + 4;
constexpr std::size_t kMaxLines = 24;

/// What inspect_checkpoint() writes instead of a config's text. A file can hold anything, including
/// objects with these keys.
bool is_config_summary(const Json& value) {
  return value.is_object() && value.contains("characters") &&
         value["characters"].is_number_integer() &&
         ((value.contains("error") && value["error"].is_string()) ||
          (value.contains("assignments") && value["assignments"].is_number_integer()));
}

/// One line for any JSON value.
std::string one_line(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (is_config_summary(value)) {
    const std::string size = counted(value["characters"], "character", "characters");
    if (value.contains("error")) {
      return fmt::format("{}, unreadable: {}", size, value["error"].get<std::string>());
    }
    return counted(value["assignments"], "setting, ", "settings, ") + size;
  }
  const std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (value.is_array() && text.size() > kColumns - kValueAt) {
    return fmt::format("{}: {}", value.size(), text);
  }
  return text;
}

/// A list of plain values: "19: road, sidewalk, ...". Empty for any other value.
std::string plain_list(const Json& value) {
  if (!value.is_array() || value.empty()) return "";
  std::vector<std::string> items;
  for (const Json& item : value) {
    if (item.is_structured()) return "";
    items.push_back(one_line(item));
  }
  return fmt::format("{}: {}", items.size(), fmt::join(items, ", "));
}

/// Text of several lines (env_info) keeps them.
std::string entry(std::string_view key, const Json& value) {
  const std::string list = plain_list(value);
  std::string_view rest = list;
  const std::string line = list.empty() ? one_line(value) : "";
  if (list.empty()) rest = line;
  std::string text;
  for (std::size_t lines = 0; lines < kMaxLines && (lines == 0 || !rest.empty()); ++lines) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    text += labelled(lines == 0 ? key : "", rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return text;
}

}  // namespace

std::string labelled(std::string_view label, std::string_view value) {
  std::string line = fmt::format("  {}  {}", fit(label, kLabel, Align::kLeft, Cut::kMiddle),
                                 shorten(value, kColumns - kValueAt, Cut::kMiddle));
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string wrapped(std::string_view label, const std::vector<std::string>& items) {
  std::string text;
  std::string line;
  const auto flush = [&] {
    text += labelled(text.empty() ? label : "", line);
    line.clear();
  };
  for (std::size_t index = 0; index < items.size(); ++index) {
    const std::string item = items[index] + (index + 1 < items.size() ? "," : "");
    if (!line.empty() && columns_of(line) + 1 + columns_of(item) > kColumns - kValueAt) flush();
    line += (line.empty() ? "" : " ") + item;
  }
  if (!line.empty()) flush();
  return text;
}

std::string counted(const Json& number, std::string_view one, std::string_view many) {
  const auto count = number.get<long long>();
  return fmt::format("{} {}", count_text(count), count == 1 ? one : many);
}

std::string section(std::string_view title, const Json& object) {
  std::string text = fmt::format("\n{}\n", title);
  for (const auto& [key, value] : object.items()) text += entry(key, value);
  return text;
}

}  // namespace harness
