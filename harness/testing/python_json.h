#pragma once

#include <filesystem>
#include <limits>
#include <regex>
#include <string>

#include "harness/base/file.h"
#include "harness/base/json.h"

namespace harness {

/// For tests: JSON as Python writes it, with NaN and Infinity, which become null and a text.
inline Json read_python_json(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  std::string text(bytes.begin(), bytes.end());
  text = std::regex_replace(text, std::regex("\\bNaN\\b"), "null");
  text = std::regex_replace(text, std::regex("\\bInfinity\\b"), "\"Infinity\"");
  return parse_json(text, path.string());
}

/// A number of such a file, infinite where it says so.
inline double python_number(const Json& value) {
  return value == "Infinity" ? std::numeric_limits<double>::infinity() : value.get<double>();
}

}  // namespace harness
