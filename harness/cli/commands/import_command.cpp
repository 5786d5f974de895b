#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

#include "harness/cli/command.h"
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
  command->add_option("TABLE", options->tables, "README.md or metafile.yml, any number of them")
      ->required();
  command->add_option("--overlay", options->overlay,
                      "What the tables cannot say: data, arithmetic, tolerances (docs/formats.md)");
  command->add_option("-o,--output", options->output, "The suite to write")->required();
  command->add_flag("--json", options->json, "Print the suite");
  command->callback([options, &exit_code] {
    import(*options);
    exit_code = 0;
  });
}

}  // namespace harness
