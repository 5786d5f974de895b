#include <cstdio>
#include <memory>
#include <string>

#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/reference/completion.h"
#include "harness/cli/reference/manual_page.h"

namespace harness {

void add_completion_command(CLI::App& program, int& exit_code) {
  auto form = std::make_shared<std::string>();
  auto* command = program.add_subcommand(
      "completion", "Prints a script that completes this command line, or the manual page");
  add_positional(*command, "FORM", *form, "bash (also for Zsh), or man")
      ->check(CLI::IsMember({"bash", "man"}));
  add_footer(*command,
             "halfproof completion bash > ~/.local/share/bash-completion/completions/halfproof",
             "0 it was printed, 2 unusable input");
  command->callback([form, &program, &exit_code] {
    const std::string text = *form == "man" ? manual_page(program) : bash_completion(program);
    std::fputs(text.c_str(), stdout);
    exit_code = 0;
  });
}

}  // namespace harness
