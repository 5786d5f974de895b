#include <filesystem>
#include <memory>
#include <string>

#include "harness/artifact/store.h"
#include "harness/base/error.h"
#include "harness/cli/command.h"
#include "harness/cli/verdict_output.h"
#include "harness/cli/verify_stage.h"
#include "harness/judge/judge.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

struct Options {
  fs::path file;
  fs::path suite;
  std::string row;
  bool json = false;
};

/// What any file can be held against without a table: the hash in its own name, its format, and
/// that its weights are finite.
Suite suite_of_file_alone(const fs::path& file) {
  Row row;
  row.id = file.stem().string();
  Claim hash;
  hash.id = "hash";
  hash.evidence = "file";
  hash.digits = Claim::kExact;
  hash.source = {file.filename().string(), 0, "file name"};
  const std::string expected = hash_in_name(file.filename().string());
  if (!expected.empty()) hash.value = expected;
  Claim format = hash;
  format.id = "format";
  format.value = "pth";
  Claim finite = hash;
  finite.id = "finite";
  finite.value = 0;
  row.claims = {hash, format, finite};
  Suite suite;
  suite.name = "file alone";
  suite.rows = {row};
  return suite;
}

/// Whether the row published a file whose name ends in these 8 hex digits.
bool publishes_hash(const Row& row, const std::string& digits) {
  const Claim* claim = row.find_claim("hash");
  return claim != nullptr && !digits.empty() && claim->value == digits;
}

/// The row that --row names, else the one that publishes the hash in the file's name, else the one
/// whose id stands in it.
Row row_for(const Suite& suite, const Options& options) {
  if (!options.row.empty()) return select_row(suite, options.row);
  const std::string name = options.file.filename().string();
  const std::string digits = hash_in_name(name);
  const Row* best = nullptr;
  for (const auto& row : suite.rows) {
    if (publishes_hash(row, digits)) return row;
    if (name.find(row.id) == std::string::npos) continue;
    if (best == nullptr || row.id.size() > best->id.size()) best = &row;
  }
  if (best != nullptr) return *best;
  throw Error(ErrorCode::kUsage, name,
              "expected a file name with the hash or the id of a row of " + suite.name +
                  ", found neither; say which row with --row");
}

int verify(const Options& options) {
  if (!fs::exists(options.file)) {
    throw Error(ErrorCode::kIo, options.file.string(), "expected a checkpoint, found no such file");
  }
  const Suite suite =
      options.suite.empty() ? suite_of_file_alone(options.file) : read_suite(options.suite);
  Row row = options.suite.empty() ? suite.rows.front() : row_for(suite, options);
  row.checkpoint = fs::absolute(options.file).string();
  row.log.clear();
  std::erase_if(row.claims, [](const Claim& claim) { return claim.evidence != "file"; });
  const VerifiedRow verified = verify_row(suite, row, StoreOptions{});
  const auto verdicts = judge_row(row, {verified.result}, JobScope{{"verify"}, {}, {}});
  show_verdicts(suite, verdicts, options.json);
  return exit_code(verdicts);
}

}  // namespace

void add_verify_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand(
      "verify", "Is this checkpoint what the table says: hash, format, tensors, dtypes, meta");
  command->add_option("FILE", options->file, "A .pth file")->required();
  command->add_option("--suite", options->suite, "The suite whose row the file claims to be");
  command->add_option("--row", options->row, "The row, when the file's name does not say");
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([options, &exit_code] { exit_code = verify(*options); });
}

}  // namespace harness
