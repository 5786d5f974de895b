#pragma once

#include <string_view>

namespace harness {

/// Whether a module comes with Python itself (any of 2.7 to 3.14), so that whoever writes a pickle
/// can count on it being there. `module` may be dotted: its first part decides.
bool is_standard_library(std::string_view module) noexcept;

}  // namespace harness
