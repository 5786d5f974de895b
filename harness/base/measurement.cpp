#include "harness/base/measurement.h"

#include <cmath>

#include <fmt/format.h>

namespace harness {
namespace {

constexpr std::size_t kMaxShown = 40;

std::string shown(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kMaxShown) text = text.substr(0, kMaxShown) + "...";
  return text;
}

std::string joined(const std::string& path, const std::string& key) {
  return path.empty() ? key : fmt::format("{}.{}", path, key);
}

std::string difference_at(const Json& a, const Json& b, const std::string& path);

std::string object_difference(const Json& a, const Json& b, const std::string& path) {
  for (const auto& [key, value] : a.items()) {
    const auto other = b.find(key);
    if (other == b.end()) {
      return fmt::format("{}: {} against nothing", joined(path, key), shown(value));
    }
    const auto difference = difference_at(value, *other, joined(path, key));
    if (!difference.empty()) return difference;
  }
  for (const auto& [key, value] : b.items()) {
    if (!a.contains(key)) {
      return fmt::format("{}: nothing against {}", joined(path, key), shown(value));
    }
  }
  return "";
}

std::string array_difference(const Json& a, const Json& b, const std::string& path) {
  if (a.size() != b.size()) {
    return fmt::format("{}: {} entries against {}", path, a.size(), b.size());
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto difference = difference_at(a[i], b[i], fmt::format("{}[{}]", path, i));
    if (!difference.empty()) return difference;
  }
  return "";
}

std::string difference_at(const Json& a, const Json& b, const std::string& path) {
  if (a.is_object() && b.is_object()) return object_difference(a, b, path);
  if (a.is_array() && b.is_array()) return array_difference(a, b, path);
  if (a == b) return "";
  return fmt::format("{}{}{} against {}", path, path.empty() ? "" : ": ", shown(a), shown(b));
}

}  // namespace

const Json* find_at(const Json& value, std::initializer_list<std::string_view> path) {
  const Json* current = &value;
  for (const auto key : path) {
    if (!current->is_object()) return nullptr;
    const auto found = current->find(key);
    if (found == current->end()) return nullptr;
    current = &*found;
  }
  return current;
}

std::optional<double> number_at(const Json& value, std::initializer_list<std::string_view> path) {
  const Json* found = find_at(value, path);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  const auto number = found->get<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::optional<std::int64_t> count_at(const Json& value,
                                     std::initializer_list<std::string_view> path) {
  const Json* found = find_at(value, path);
  if (found == nullptr || !found->is_number_integer()) return std::nullopt;
  const auto count = found->get<std::int64_t>();
  return count >= 0 ? std::optional(count) : std::nullopt;
}

std::string text_at(const Json& value, std::initializer_list<std::string_view> path) {
  const Json* found = find_at(value, path);
  return found != nullptr && found->is_string() ? found->get<std::string>() : "";
}

std::string first_difference(const Json& a, const Json& b) {
  return difference_at(a, b, "");
}

}  // namespace harness
