#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/stages/examine_stage.h"
#include "harness/cli/stages/suite_audit.h"
#include "harness/fetch/store.h"
#include "harness/report/audit_page.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

struct AuditArguments {
  fs::path suite;
  bool fetch = false;
  bool json = false;
};

int audit(const AuditArguments& options) {
  const Suite suite = read_suite(options.suite);
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
      "Contradictions between table, metafile, log and checkpoint, without running a model");
  add_positional(*command, "SUITE", options->suite, "A suite (halfproof import makes one)");
  command->add_flag("--fetch", options->fetch,
                    "Download published files that are not in the cache; without it they are not "
                    "looked at");
  add_json_flag(*command, options->json);
  add_footer(*command, "halfproof audit suites/mmseg_fp16.json --fetch",
             "0 no contradiction, 1 at least one, 2 unusable input");
  command->callback([options, &exit_code] { exit_code = audit(*options); });
}

}  // namespace harness
