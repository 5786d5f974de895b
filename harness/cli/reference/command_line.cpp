#include "harness/cli/reference/command_line.h"

#include <algorithm>

#include <fmt/format.h>

namespace harness {
namespace {

/// The a, b and c of "TEXT:{a,b,c}", as CLI11 describes an option that takes only these.
std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t begin = type.find('{');
  const std::size_t end = type.find('}', begin);
  if (begin == std::string::npos || end == std::string::npos) return {};
  std::vector<std::string> choices;
  for (std::size_t at = begin + 1; at <= end;) {
    const std::size_t next = std::min(type.find(',', at), end);
    choices.push_back(type.substr(at, next - at));
    at = next + 1;
  }
  return choices;
}

ArgumentReference reference_of(const CLI::Option& option) {
  ArgumentReference reference;
  reference.name = option.get_positional() ? option.get_name(true) : option.get_name();
  // "-h,--help": the long name.
  reference.name.erase(0, reference.name.rfind(',') + 1);
  if (!option.get_positional() && option.get_expected_max() > 0) {
    reference.metavar = option.get_option_text();
  }
  reference.help = option.get_description();
  reference.choices = choices_of(option);
  return reference;
}

CommandReference reference_of(const CLI::App& command, const std::string& name) {
  CommandReference reference;
  reference.name = name;
  reference.help = command.get_description();
  reference.usage = "halfproof" + (name.empty() ? "" : " " + name);
  const bool has_commands = !command.get_subcommands([](const CLI::App*) { return true; }).empty();
  reference.usage += " [OPTIONS]";
  for (const bool positional : {true, false}) {
    for (const CLI::Option* option : command.get_options()) {
      if (option->get_positional() != positional || option->get_group().empty()) continue;
      reference.arguments.push_back(reference_of(*option));
      if (!positional) continue;
      const std::string& argument = reference.arguments.back().name;
      reference.usage += option->get_required() ? " " + argument : " [" + argument + "]";
    }
  }
  if (has_commands) reference.usage += " COMMAND ...";
  reference.footer = command.get_footer();
  return reference;
}

void add(std::vector<CommandReference>& references, const CLI::App& command,
         const std::string& name) {
  references.push_back(reference_of(command, name));
  for (const CLI::App* below : command.get_subcommands([](const CLI::App*) { return true; })) {
    if (below->get_group().empty()) continue;
    add(references, *below, name.empty() ? below->get_name() : name + " " + below->get_name());
  }
}

}  // namespace

std::vector<CommandReference> command_line_reference(const CLI::App& program) {
  std::vector<CommandReference> references;
  add(references, program, "");
  return references;
}

}  // namespace harness
