#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace harness {

/// halfproof(1) in the man macros (groff_man(7)), from the same descriptions as the help.
std::string manual_page(const CLI::App& program);

}  // namespace harness
