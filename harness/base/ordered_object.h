#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>

#include "harness/base/json.h"

namespace harness {

/// Builds a JSON object of any number of members. ordered_json itself searches keys linearly, so
/// that an untrusted object of a million members would take hours.
class OrderedObject {
 public:
  /// An existing key keeps its place and gets the new value, as in Python.
  void set(const std::string& key, Json value) {
    auto& members = object_.get_ref<Json::object_t&>();
    const auto [found, is_new] = index_.emplace(key, members.size());
    if (is_new) {
      members.emplace_back(key, std::move(value));
    } else {
      (members.begin() + static_cast<std::ptrdiff_t>(found->second))->second = std::move(value);
    }
  }

  Json take() { return std::move(object_); }

 private:
  Json object_ = Json::object();
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace harness
