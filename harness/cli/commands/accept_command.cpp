#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/number_text.h"
#include "harness/base/output_file.h"
#include "harness/base/sha256.h"
#include "harness/base/unicode.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/run_lock.h"
#include "harness/history/history.h"
#include "harness/history/time_line.h"
#include "harness/judge/acceptance.h"
#include "harness/table/claim_json.h"
#include "harness/table/claim_text.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

struct Options {
  fs::path folder;
  fs::path suite;
  fs::path history;
  std::string row;
  std::string claim;
  std::string reason;
  bool json = false;
};

/// A run knows its suite's file by name only: it is looked for here and in suites/.
fs::path suite_file(const Options& options, const Job& job) {
  if (!options.suite.empty()) return options.suite;
  const fs::path name = fs::path(job.suite_file).filename();
  for (const fs::path& file : {name, "suites" / name}) {
    if (fs::exists(file)) return file;
  }
  throw Error(ErrorCode::kUsage, options.folder.string(),
              fmt::format("expected the suite of the run, {}, here or in suites/, found neither; "
                          "name it with --suite",
                          name.string()));
}

/// How many nights measured the claim on its present level, and their noise.
void take_noise(const Options& options, const std::string& row, Claim& claim) {
  if (options.history.empty()) return;
  const RunHeader run = read_run_to_add(options.folder).header;
  const History history = History::open(options.history);
  for (const auto& key : history.claims()) {
    const bool is_it = key.suite == run.suite && key.hardware == run.hardware &&
                       key.setting == run.setting && key.row == row && key.claim == claim.id;
    if (!is_it) continue;
    const TimeLine line = time_line_of(history.time_line(key));
    if (line.values.empty()) continue;
    claim.accepted->n = static_cast<std::int64_t>(line.values.size() - line.level_since);
    claim.accepted->spread = line.noise.sd;
    return;
  }
  throw Error(ErrorCode::kUsage, options.history.string(),
              fmt::format("expected measurements of {} of {} on {}, found none; add the run first",
                          claim.id, row, run.hardware));
}

/// The claim as the file has it, with what is accepted: other keys stay as they are written.
Json written(const Json& before, const Claim& claim) {
  Json now = before;
  const Json all = to_json(claim);
  now["value"] = all.at("value");
  now["source"] = all.at("source");
  if (all.contains("conditions")) now["conditions"] = all.at("conditions");
  now.erase("expected_failure");
  now.erase("expires");
  now["accepted"] = all.at("accepted");
  return now;
}

std::string in_unit(const Json& value, const std::string& unit) {
  return unit.empty() ? value.dump() : fmt::format("{} {}", value.dump(), unit);
}

/// A relative tolerance allows more where the number is larger: that is told.
std::string tolerance_text(const Claim& before, const Claim& now) {
  if (!now.tolerance) return "exact, as before";
  const auto allowed = [](const Claim& claim) {
    return claim.tolerance->abs + claim.tolerance->rel * std::abs(claim.value.get<double>());
  };
  const std::string is = short_text(allowed(now));
  if (allowed(now) == allowed(before)) return fmt::format("{}, as before", is);
  return fmt::format("{}, before {}: it is {} of the value, as before", is,
                     short_text(allowed(before)), short_text(now.tolerance->rel));
}

void tell(const fs::path& file, const Row& row, const Claim& before, const Claim& now) {
  const Acceptance& accepted = *now.accepted;
  const std::string spread =
      std::isfinite(accepted.spread) ? fmt::format(", sd {}", short_text(accepted.spread)) : "";
  fmt::print("{}: {} of {}: {} -> {}\n", file.string(), now.id, row.id,
             in_unit(before.value, now.unit), in_unit(now.value, now.unit));
  fmt::print("  measured   {} by {} on {}, n {}{}\n", accepted.date,
             printable(accepted.commit.substr(0, 12)), printable(accepted.hardware), accepted.n,
             spread);
  fmt::print("  tolerance  {}\n", tolerance_text(before, now));
  fmt::print("  reason     {}\n", printable(accepted.reason));
  fmt::print("Look at the change of that file, and commit it.\n");
}

void tell_json(const fs::path& file, const Row& row, const Claim& before, const Claim& now) {
  const Json document = {{"suite", file.string()},
                         {"row", row.id},
                         {"before", to_json(before)},
                         {"now", to_json(now)}};
  fmt::print("{}\n", document.dump(1, ' ', false, Json::error_handler_t::replace));
}

int accept(const Options& options) {
  refuse_unfinished_run(options.folder);
  const StoredRun run = read_run(options.folder);
  const std::string digest = sha256_hex(read_file(options.folder / "run.json"));
  const fs::path file = suite_file(options, run.job);
  const Suite suite = read_suite(file);
  require_suite_as_run(run, digest, suite);
  const Row& row = select_row(suite, options.row);
  Claim claim = accepted_claim(run, digest, suite, row, options.claim, options.reason);
  take_noise(options, row.id, claim);
  const Claim& before = *row.find_claim(options.claim);
  const auto row_at = static_cast<std::size_t>(&row - suite.rows.data());
  const auto claim_at = static_cast<std::size_t>(&before - row.claims.data());
  const Json document = parse_json(suite.bytes, file.string());
  const Json& stands = document.at("rows").at(row_at).at("claims").at(claim_at);
  const std::string text = with_claim(suite.bytes, row_at, claim_at, written(stands, claim));
  // What is written must read back as what was judged.
  const Suite after = suite_from_json(parse_json(text, file.string()), file.string());
  if (to_json(after.rows.at(row_at).claims.at(claim_at)) != to_json(claim)) {
    throw Error(ErrorCode::kInvalidSuite, file.string(),
                "expected a claim that reads back as it was accepted, got another");
  }
  write_output_file(file, text);
  (options.json ? tell_json : tell)(file, row, before, claim);
  return 0;
}

}  // namespace

void add_accept_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand(
      "accept", "Writes what a run measured of one claim into the suite, as its new reference");
  add_positional(*command, "DIR", options->folder, "Run directory of `halfproof run`");
  add_value(*command, "--row", options->row, "ROW", "The row: an id or any unambiguous part of it")
      ->required();
  add_value(*command, "--claim", options->claim, "CLAIM", "The claim; it must have failed")
      ->required();
  add_value(*command, "--reason", options->reason, "WHY", "Why the number is the right one now")
      ->required();
  add_value(*command, "--suite", options->suite, "FILE",
            "The suite to change (default: that of the run, here or in suites/)");
  add_value(*command, "--history", options->history, "FILE",
            "Take n and spread from the nights of this history");
  add_json_flag(*command, options->json);
  add_footer(*command,
             "halfproof accept runs/minizoo --row fcn --claim fps \\\n"
             "      --reason \"the new driver is slower; reported upstream\"",
             "0 the suite is written, 2 refused, and nothing is changed");
  command->callback([options, &exit_code] { exit_code = accept(*options); });
}

}  // namespace harness
