#include "harness/cli/verdict_output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "harness/judge/judge.h"
#include "harness/report/terminal.h"

namespace harness {
namespace {

constexpr int kPlainWidth = 120;

int terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return kPlainWidth;
}

}  // namespace

void show_verdicts(const std::string& suite, const std::vector<VerdictRecord>& verdicts,
                   bool json) {
  if (json) {
    std::printf("%s\n", verdicts_document(suite, verdicts).dump(1).c_str());
    return;
  }
  const bool color = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  std::printf("%s", terminal_table(suite, verdicts, {terminal_width(), color}).c_str());
}

int judge_and_show(const std::filesystem::path& folder, const Suite& suite,
                   const std::set<std::string>& require, bool json) {
  const std::vector<VerdictRecord> verdicts = judge_run(folder, suite, {require});
  write_json_file(folder / "verdicts.json", verdicts_document(suite.name, verdicts));
  show_verdicts(suite.name, verdicts, json);
  return exit_code(verdicts);
}

}  // namespace harness
