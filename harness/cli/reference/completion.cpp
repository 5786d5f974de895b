#include "harness/cli/reference/completion.h"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/cli/reference/command_line.h"

namespace harness {
namespace {

constexpr const char* kHead =
    R"sh(# Completion of halfproof for Bash, and for Zsh after `autoload -U bashcompinit && bashcompinit`:
#   source <(halfproof completion bash)
_halfproof() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' i words='' values=''
  for ((i = 1; i < COMP_CWORD; ++i)); do
    [[ ${COMP_WORDS[i]} == -* ]] && break
    case "${command:+$command }${COMP_WORDS[i]}" in
)sh";

constexpr const char* kTail = R"sh(  esac
  if [[ $values == files || (-z $words && $word != -*) ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  elif [[ -n $values ]]; then
    local list=''
    [[ $word == *,* ]] && list=${word%,*},
    mapfile -t COMPREPLY < <(compgen -P "$list" -W "$values" -- "${word##*,}")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    [[ $word == -* ]] || mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word")
  fi
}
complete -o filenames -F _halfproof halfproof
)sh";

/// The words that may follow a command: its options, and the commands below it.
std::vector<std::string> words_after(const CommandReference& command,
                                     const std::vector<CommandReference>& all) {
  std::vector<std::string> words;
  const std::string prefix = command.name.empty() ? "" : command.name + " ";
  for (const auto& one : all) {
    if (one.name.size() <= prefix.size() || !one.name.starts_with(prefix)) continue;
    const std::string last = one.name.substr(prefix.size());
    if (last.find(' ') == std::string::npos) words.push_back(last);
  }
  for (const auto& argument : command.arguments) {
    if (argument.name.starts_with("-")) words.push_back(argument.name);
  }
  return words;
}

/// What follows an option: one of its values, or a file. A flag has nothing.
std::string values_after(const CommandReference& command) {
  std::string cases;
  for (const auto& argument : command.arguments) {
    if (argument.metavar.empty()) continue;
    const std::string values =
        argument.choices.empty() ? "files" : fmt::format("{}", fmt::join(argument.choices, " "));
    cases += fmt::format(" {}) values=\"{}\" ;;", argument.name, values);
  }
  return cases.empty() ? "" : fmt::format("\n      case $before in{} esac", cases);
}

}  // namespace

std::string bash_completion(const CLI::App& program) {
  const auto commands = command_line_reference(program);
  std::string script = kHead;
  std::string cases;
  for (const auto& command : commands) {
    if (!command.name.empty()) {
      script += fmt::format("      \"{0}\") command=\"{0}\" ;;\n", command.name);
    }
    cases += fmt::format("    \"{}\")\n      words=\"{}\"{} ;;\n", command.name,
                         fmt::join(words_after(command, commands), " "), values_after(command));
  }
  return script + "      *) break ;;\n    esac\n  done\n  case $command in\n" + cases + kTail;
}

}  // namespace harness
