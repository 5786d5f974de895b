#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/stages/examine_stage.h"
#include "harness/cli/stages/suite_audit.h"
#include "harness/deepbench/sheet_audit.h"
#include "harness/fetch/store.h"
#include "harness/report/audit_page.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

struct AuditArguments {
  std::vector<fs::path> inputs;
  std::vector<fs::path> problems;
  bool fetch = false;
  bool json = false;
};

constexpr const char* kProblemLists[] = {"suites/deepbench_training.json",
                                         "suites/deepbench_inference_server.json",
                                         "suites/deepbench_inference_device.json"};

/// Those that were asked for, else the project's own where they are at hand.
std::vector<ProblemList> problem_lists(const AuditArguments& options) {
  std::vector<ProblemList> lists;
  for (const auto& file : options.problems)
    lists.push_back({file.string(), read_problem_suite(file)});
  if (!options.problems.empty()) return lists;
  for (const char* file : kProblemLists) {
    if (fs::exists(file)) lists.push_back({file, read_problem_suite(file)});
  }
  return lists;
}

int audit_result_sheets(const AuditArguments& options) {
  std::vector<ResultSheet> sheets;
  for (const auto& file : options.inputs) sheets.push_back(read_result_sheet(file));
  const SheetAudit result = audit_sheets(sheets, problem_lists(options));
  if (options.json) {
    const Json document = to_json(result);
    std::printf("%s\n", document.dump(1, ' ', false, Json::error_handler_t::replace).c_str());
  } else {
    std::printf("%s", sheet_audit_text(result).c_str());
  }
  return exit_code(result);
}

int audit(const AuditArguments& options) {
  if (is_result_sheet(options.inputs.front())) return audit_result_sheets(options);
  if (options.inputs.size() > 1) {
    throw Error(ErrorCode::kUsage, options.inputs.front().string(),
                "expected one suite, or DeepBench result files (JSON or CSV), got several files of "
                "which the first is no result file");
  }
  const Suite suite = read_suite(options.inputs.front());
  StoreOptions store;
  store.offline = !options.fetch;
  store.lock = lock_file_of(suite);
  store.extends_lock = false;
  const AuditResult result = audit_suite(suite, store);
  if (options.json) {
    std::printf("%s\n", to_json(result).dump(1).c_str());
  } else {
    std::printf("%s", render_audit(result, terminal_style(1)).c_str());
  }
  return exit_code(result);
}

}  // namespace

void add_audit_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<AuditArguments>();
  auto* command = program.add_subcommand(
      "audit",
      "Contradictions between table, metafile, log and checkpoint, without running a model; also "
      "in published DeepBench result sheets");
  add_positional(*command, "FILE", options->inputs,
                 "A suite (halfproof import makes one), or DeepBench result files (JSON or CSV; "
                 "docs/deepbench.md)");
  add_list(*command, "--problems", options->problems, "SUITE",
           "Problem lists that result files are held against (default: suites/deepbench_*.json "
           "where they are at hand)");
  command->add_flag("--fetch", options->fetch,
                    "Download published files that are not in the cache; without it they are not "
                    "looked at");
  add_json_flag(*command, options->json);
  add_footer(*command,
             "halfproof audit suites/mmseg_fp16.json --fetch\n"
             "  halfproof audit fixtures/deepbench/sheets/titanx.json",
             "0 no contradiction, 1 at least one, 2 unusable input");
  command->callback([options, &exit_code] { exit_code = audit(*options); });
}

}  // namespace harness
