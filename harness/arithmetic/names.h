#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace harness {

/// `expected one of fp32, fp64; got "fp8"`: for messages about an unknown name.
inline std::string expected_one_of(const std::vector<std::string_view>& names,
                                   std::string_view got) {
  return fmt::format("expected one of {}; got \"{}\"", fmt::join(names, ", "), got);
}

}  // namespace harness
