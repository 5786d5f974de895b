#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/table/import/import.h"

namespace harness {
namespace {

struct Options {
  std::vector<std::filesystem::path> tables;
  std::filesystem::path overlay;
  std::filesystem::path output;
  bool json = false;
};

void import(const Options& options) {
  const Json suite = import_suite(options.tables, options.overlay, options.output);
  write_json_file(options.output, suite);
  if (options.json) {
    std::printf("%s\n", suite.dump(1).c_str());
    return;
  }
  std::size_t claims = 0;
  std::size_t unpublished = 0;
  for (const auto& row : suite.at("rows")) {
    for (const auto& claim : row.at("claims")) {
      ++claims;
      if (claim.at("value").is_null()) ++unpublished;
    }
  }
  std::printf("%s: %zu rows, %zu claims (%zu of them not published)\n", options.output.c_str(),
              suite.at("rows").size(), claims, unpublished);
}

}  // namespace

void add_import_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand(
      "import", "Makes a suite of published tables: Markdown pages and model-zoo metafiles");
  add_positional(*command, "TABLE", options->tables,
                 "README.md or metafile.yml, any number of them");
  add_value(*command, "--overlay", options->overlay, "FILE",
            "What the tables cannot say: data, arithmetic, tolerances (docs/formats.md)");
  add_value(*command, "-o,--output", options->output, "FILE", "The suite to write (required)")
      ->required();
  add_json_flag(*command, options->json, "Print the suite");
  add_footer(*command,
             "halfproof import README.md metafile.yml --overlay overlay.json -o suite.json",
             "0 the suite is written, 2 unusable input");
  command->callback([options, &exit_code] {
    import(*options);
    exit_code = 0;
  });
}

}  // namespace harness
