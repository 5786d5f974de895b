#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace harness {

/// A script for Bash (and for Zsh, through its bashcompinit) that completes commands, options,
/// the values of options that take only some, and file names everywhere else. It runs nothing when
/// a key is pressed.
std::string bash_completion(const CLI::App& program);

}  // namespace harness
