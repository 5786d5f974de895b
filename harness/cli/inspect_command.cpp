#include <cstdio>
#include <filesystem>
#include <memory>

#include "harness/artifact/checkpoint.h"
#include "harness/artifact/inspect.h"
#include "harness/artifact/training_log.h"
#include "harness/cli/command.h"

namespace harness {
namespace {

struct Options {
  std::filesystem::path file;
  bool json = false;
};

void inspect(const Options& options) {
  const bool log = options.file.string().ends_with(".json");
  const Json record = log ? inspect_log(read_training_log(options.file))
                          : inspect_checkpoint(Checkpoint::open(options.file));
  if (options.json) {
    std::printf("%s\n", record.dump(1).c_str());
  } else {
    std::printf("%s", (log ? log_text(record) : checkpoint_text(record)).c_str());
  }
}

}  // namespace

void add_inspect_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand(
      "inspect", "What is inside a checkpoint (.pth) or a training log (.log.json), without running it");
  command->add_option("FILE", options->file, "The file")->required();
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([options, &exit_code] {
    inspect(*options);
    exit_code = 0;
  });
}

}  // namespace harness
