#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace harness {

/// The whole command line of `halfproof`: every command, in the order in which a newcomer needs
/// them. The command that was chosen puts its exit code into `exit_code`.
void set_up(CLI::App& program, int& exit_code);

/// Parses and runs. Returns the exit code; explains on standard error what is wrong with the
/// command line (an unknown command with the nearest name) or which Error was thrown.
int run_program(CLI::App& program, int argc, const char* const* argv, const int& exit_code);

/// "unknown command rnu; the nearest is run", or "" for the name of a command.
std::string unknown_command(const CLI::App& program, const std::string& name);

}  // namespace harness
