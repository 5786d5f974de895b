#include <cstdio>
#include <filesystem>
#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/report/inspect.h"
#include "harness/report/inspect_text.h"

namespace harness {
namespace {

struct Options {
  std::filesystem::path file;
  bool json = false;
};

void inspect(const Options& options) {
  const Json record = inspect_file(options.file);
  std::printf("%s", options.json ? (record.dump(1) + "\n").c_str() : inspect_text(record).c_str());
}

}  // namespace

void add_inspect_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand(
      "inspect",
      "What is inside a checkpoint (.pth) or a training log (.log.json), without running it");
  add_positional(*command, "FILE", options->file, "The file");
  add_json_flag(*command, options->json);
  add_footer(*command, "halfproof inspect fcn-50245227.pth", "0 it could be read, 2 it could not");
  command->callback([options, &exit_code] {
    inspect(*options);
    exit_code = 0;
  });
}

}  // namespace harness
