#pragma once

#include <string_view>

namespace harness {

/// Whether a module is the package or lies in it.
bool is_within(std::string_view module, std::string_view package) noexcept;

/// Whether the lists of names (torch_names.h, openmmlab_names.h, python_names.h) have it: a class
/// of which an object may be made; what does no harm whatever it is called with; a class of
/// constants. Names with dots are on none of them.
bool is_listed_class(std::string_view module, std::string_view name);
bool is_listed_callable(std::string_view module, std::string_view name);
bool is_listed_enum(std::string_view module, std::string_view name);

}  // namespace harness
