#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace harness {

/// `expected one of fp32, fp64; got "fp8"`: for messages about a name that is not known.
inline std::string expected_one_of(const std::vector<std::string_view>& names,
                                   std::string_view got) {
  std::string text = "expected one of ";
  for (const auto& name : names) text.append(&name == &names.front() ? "" : ", ").append(name);
  return text.append("; got \"").append(got).append("\"");
}

}  // namespace harness
