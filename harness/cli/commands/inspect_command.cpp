#include <cstdio>
#include <filesystem>
#include <memory>

#include "harness/base/error.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/report/inspect.h"
#include "harness/report/inspect_text.h"

namespace harness {
namespace {

struct InspectArguments {
  std::filesystem::path file;
  bool json = false;
};

/// Exit code 1 for a file that has Python run unknown code, whether or not the rest can be read.
int inspect(const InspectArguments& options) try {
  const Json record = inspect_file(options.file);
  std::printf("%s", options.json ? (record.dump(1) + "\n").c_str() : inspect_text(record).c_str());
  return runs_unknown_code(record) ? 1 : 0;
} catch (const Error& error) {
  if (error.code() != ErrorCode::kUnsafePickle) throw;
  std::fprintf(stderr, "halfproof: %s\n", error.what());
  return 1;
}

}  // namespace

void add_inspect_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<InspectArguments>();
  auto* command = program.add_subcommand(
      "inspect",
      "What is inside a checkpoint (.pth) or a training log (.log.json), without running it");
  add_positional(*command, "FILE", options->file, "The file");
  add_json_flag(*command, options->json);
  add_footer(*command, "halfproof inspect fcn-50245227.pth",
             "0 it could be read, 1 Python would run unknown code on loading it, 2 it could not be "
             "read");
  command->callback([options, &exit_code] { exit_code = inspect(*options); });
}

}  // namespace harness
