#include "harness/cli/verdict_output.h"

#include <unistd.h>

#include <cstdio>

#include "harness/judge/judge.h"
#include "harness/report/json_report.h"
#include "harness/report/summary.h"
#include "harness/report/terminal.h"

namespace harness {

void show_verdicts(const Suite& suite, const std::vector<VerdictRecord>& verdicts, bool json) {
  if (json) {
    std::printf("%s", json_report(suite.name, verdicts).c_str());
    return;
  }
  std::printf("%s", render_verdicts(suite, verdicts, terminal_style(STDOUT_FILENO)).c_str());
}

int judge_and_show(const std::filesystem::path& folder, const Suite& suite,
                   const std::vector<std::string>& require, bool json) {
  const JudgedRun run = judge_run(folder, suite, {require});
  write_json_file(folder / "verdicts.json", verdicts_document(suite.name, run));
  if (json) {
    std::printf("%s", json_report(suite.name, run).c_str());
  } else {
    show_verdicts(suite, run.verdicts, json);
    std::printf("%s", notes_text(run).c_str());
  }
  return exit_code(run.verdicts);
}

}  // namespace harness
