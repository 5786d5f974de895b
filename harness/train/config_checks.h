#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// A key of a config, and as JSON the list of the values that this trainer supports ("absent" is
/// null). Where the list is empty any value is accepted: the key is read elsewhere or changes no
/// number.
struct ConfigKey {
  std::string_view name;
  std::string_view values = "";
};

/// The keys of one dict. `closed`: any other key is refused.
struct ConfigSection {
  std::vector<ConfigKey> keys;
  bool closed = true;
};

/// Finds unsupported settings in a config. Paths are dotted, as in "data.train.type". The functions
/// that refuse throw Error(kInvalidSuite): subject, path, expected and actual value.
class ConfigChecks {
 public:
  /// config: kept by reference. subject: the config's owner, for messages.
  ConfigChecks(const Json& config, std::string subject)
      : config_(config), subject_(std::move(subject)) {}

  /// The value under a path, or null.
  Json at(std::string_view path) const;

  /// Refuses unsupported keys and values of the dict at `path`, if there is one.
  void section(const std::string& path, const ConfigSection& section) const {
    this->section(path, at(path), section);
  }
  /// The same for a dict that `path` only names.
  void section(const std::string& path, const Json& value, const ConfigSection& section) const;

  /// Refuses a value that is not in the list.
  void one_of(const std::string& path, std::string_view values, const Json& value) const;

  /// Refuses a config that has no value there.
  void present(const std::string& path) const;

  [[noreturn]] void refuse(const std::string& path, const std::string& expected,
                           const Json& got) const;

 private:
  const Json& config_;
  const std::string subject_;
};

}  // namespace harness
