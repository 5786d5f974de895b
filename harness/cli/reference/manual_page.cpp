#include "harness/cli/reference/manual_page.h"

#include <string_view>

#include <fmt/format.h>

#include "harness/cli/reference/command_line.h"
#include "harness/record/environment.h"

namespace harness {
namespace {

/// Text for roff: no character of it is a request, an escape or a hyphen that a line breaks at.
std::string roff(std::string_view text) {
  std::string out;
  bool starts_line = true;
  for (const char c : text) {
    if (starts_line && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    starts_line = c == '\n';
  }
  return out;
}

std::string argument_entry(const ArgumentReference& argument) {
  std::string tag = fmt::format("\\fB{}\\fR", roff(argument.name));
  if (!argument.metavar.empty()) tag += fmt::format(" \\fI{}\\fR", roff(argument.metavar));
  return fmt::format(".TP\n{}\n{}\n", tag, roff(argument.help));
}

/// As it stands, in lines of its own.
std::string verbatim(const std::string& text) {
  return text.empty() ? "" : fmt::format(".PP\n.nf\n{}\n.fi\n", roff(text));
}

std::string command_section(const CommandReference& command) {
  std::string section = fmt::format(".SS \"halfproof {}\"\n{}\n.PP\n\\fB{}\\fR\n",
                                    roff(command.name), roff(command.help), roff(command.usage));
  for (const auto& argument : command.arguments) section += argument_entry(argument);
  return section + verbatim(command.footer);
}

}  // namespace

std::string manual_page(const CLI::App& program) {
  const auto commands = command_line_reference(program);
  // "halfproof proves, ...": the name stands before it.
  std::string_view what = commands.front().help;
  if (what.starts_with("halfproof ")) what.remove_prefix(10);
  std::string page =
      fmt::format(".TH HALFPROOF 1 \"\" \"halfproof {}\"\n.SH NAME\nhalfproof \\- {}\n",
                  roff(build_record().version), roff(what));
  page += fmt::format(".SH SYNOPSIS\n\\fB{}\\fR\n.SH OPTIONS\n", roff(commands.front().usage));
  for (const auto& argument : commands.front().arguments) page += argument_entry(argument);
  page += ".SH COMMANDS\n";
  for (std::size_t i = 1; i < commands.size(); ++i) page += command_section(commands[i]);
  return page + ".SH \"EXIT STATUS\"\n" + verbatim(commands.front().footer);
}

}  // namespace harness
