#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace harness {

/// An option or positional argument as the help of its command shows it.
struct ArgumentReference {
  std::string name;     ///< "--stage", "SUITE".
  std::string metavar;  ///< "STAGE,..."; empty for a flag and for a positional argument.
  std::string help;
  std::vector<std::string> choices;  ///< The only values it takes; empty where it takes any.
};

struct CommandReference {
  std::string name;  ///< "run", "history add"; empty for the program itself.
  std::string help;
  std::string usage;                         ///< "halfproof run [OPTIONS] SUITE".
  std::string footer;                        ///< Example and exit codes, as at the end of the help.
  std::vector<ArgumentReference> arguments;  ///< Positional ones first, each in the help's order.
};

/// The program, then each command, each followed by its own commands. What the help hides is left
/// out.
std::vector<CommandReference> command_line_reference(const CLI::App& program);

}  // namespace harness
