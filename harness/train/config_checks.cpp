#include "harness/train/config_checks.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/table/json_checks.h"

namespace harness {

Json ConfigChecks::at(std::string_view path) const {
  const Json* value = &config_;
  while (!path.empty()) {
    if (!value->is_object()) return nullptr;
    const auto dot = std::min(path.find('.'), path.size());
    const auto found = value->find(path.substr(0, dot));
    if (found == value->end()) return nullptr;
    value = &*found;
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return *value;
}

void ConfigChecks::section(const std::string& path, const Json& value,
                           const ConfigSection& section) const {
  if (value.is_null()) return;
  if (!value.is_object()) refuse(path, "a dict", value);
  const std::string prefix = path.empty() ? "" : path + ".";
  for (const auto& [name, entry] : value.items()) {
    const auto key =
        std::find_if(section.keys.begin(), section.keys.end(),
                     [&name = name](const ConfigKey& one) { return one.name == name; });
    if (key != section.keys.end()) {
      one_of(prefix + name, key->values, entry);
    } else if (section.closed) {
      refuse(prefix + name, "no such key", entry);
    }
  }
}

void ConfigChecks::one_of(const std::string& path, std::string_view values,
                          const Json& value) const {
  if (values.empty()) return;
  std::string expected;
  for (const auto& known : Json::parse(values)) {
    if (known == value) return;
    expected += (expected.empty() ? "" : " or ") + known.dump();
  }
  refuse(path, expected, value);
}

void ConfigChecks::present(const std::string& path) const {
  if (at(path).is_null()) refuse(path, "a value", nullptr);
}

void ConfigChecks::refuse(const std::string& path, const std::string& expected,
                          const Json& got) const {
  throw Error(ErrorCode::kInvalidSuite, subject_,
              fmt::format("config.{}: expected {}, got {}; nothing else is trained here", path,
                          expected, excerpt_of(got)));
}

}  // namespace harness
