#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "harness/base/output_file.h"
#include "harness/base/unicode.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/table/import/import.h"

namespace harness {
namespace {

struct ImportArguments {
  std::vector<std::filesystem::path> tables;
  std::filesystem::path overlay;
  std::filesystem::path output;
  bool strict = false;
  bool json = false;
};

/// To stderr, so that `--json` prints the suite and nothing else.
void print_notices(const std::vector<ImportNotice>& notices) {
  for (const ImportNotice& notice : notices) {
    const bool refused = notice.kind == ImportNotice::Kind::kRefused;
    fmt::print(stderr, "warning: {}{}\n", for_message(to_string(notice)),
               refused ? "; imported as not published" : "");
  }
}

void import(const ImportArguments& options) {
  std::vector<std::filesystem::path> inputs(options.tables.begin(), options.tables.end());
  inputs.push_back(options.overlay);
  require_no_input(options.output, inputs);
  const auto [suite, notices] = import_suite(options.tables, options.overlay, options.output);
  if (options.strict) require_readable(notices);
  print_notices(notices);
  const std::string text = suite.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  write_output_file(options.output, text);
  if (options.json) {
    std::printf("%s", text.c_str());
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
  fmt::print("{}: {} rows, {} claims ({} of them not published)\n", options.output.string(),
             suite.at("rows").size(), claims, unpublished);
}

}  // namespace

void add_import_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<ImportArguments>();
  auto* command = program.add_subcommand(
      "import", "Makes a suite of published tables: Markdown pages and model-zoo metafiles");
  add_positional(*command, "TABLE", options->tables,
                 "README.md or metafile.yml, any number of them");
  add_value(*command, "--overlay", options->overlay, "FILE",
            "What the tables cannot say: data, arithmetic, tolerances (docs/formats.md)");
  add_value(*command, "-o,--output", options->output, "FILE", "The suite to write (required)")
      ->required();
  command->add_flag("--strict", options->strict,
                    "Fail on a cell or row that cannot be read; without it, it is imported as not "
                    "published and named on stderr");
  add_json_flag(*command, options->json, "Print the suite");
  add_footer(
      *command, "halfproof import README.md metafile.yml --overlay overlay.json -o suite.json",
      "0 the suite is written, 2 unusable input, or with --strict a cell that cannot be read");
  command->callback([options, &exit_code] {
    import(*options);
    exit_code = 0;
  });
}

}  // namespace harness
