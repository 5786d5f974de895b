#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/location.h"
#include "harness/cli/command.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/options.h"
#include "harness/cli/progress.h"
#include "harness/cli/published_content.h"
#include "harness/cli/stages/examine_stage.h"
#include "harness/fetch/store.h"
#include "harness/fetch/url.h"

namespace harness {
namespace {

struct FetchArguments {
  std::string target;
  std::vector<std::string> rows;
  std::string role;
  std::filesystem::path cache;
  std::filesystem::path lock;
  std::uintmax_t max_bytes = 0;
  std::int64_t max_seconds = 0;
  bool offline = false;
  bool json = false;
};

struct File {
  std::string location;
  FileRole role = FileRole::kByName;
};

struct FetchJob {
  std::vector<File> files;
  std::filesystem::path lock;
};

/// A suite is a local file; a URL, whatever its extension, is one file to download.
bool is_suite(const std::string& target) {
  return !is_url(target) && target.ends_with(".json") && !target.ends_with(".log.json");
}

/// A suite's checkpoints and logs, or the one file.
FetchJob plan(const FetchArguments& options) {
  if (!is_suite(options.target)) {
    if (options.rows.empty()) return {{{options.target, role_of(options.role)}}, options.lock};
    throw Error(ErrorCode::kUsage, options.target,
                "expected a suite (a local file that ends in .json) for --row, got one file");
  }
  if (!options.role.empty()) {
    throw Error(ErrorCode::kUsage, options.target,
                "expected one file for --as, got a suite, whose rows say what their files are");
  }
  const Suite suite = read_suite(options.target);
  FetchJob job{{}, options.lock.empty() ? lock_file_of(suite) : options.lock};
  const auto add = [&](const Row& row) {
    for (const auto& [location, role] :
         {File{row.checkpoint, FileRole::kCheckpoint}, File{row.log, FileRole::kLog}}) {
      if (!location.empty()) job.files.push_back({absolute_location(suite, location), role});
    }
  };
  if (options.rows.empty()) {
    for (const auto& row : suite.rows) add(row);
  }
  for (const auto& id : options.rows) add(select_row(suite, id));
  return job;
}

StoreOptions store_options(const FetchArguments& options, const FetchJob& job) {
  StoreOptions store;
  store.cache = options.cache;
  store.lock = job.lock;
  store.offline = options.offline;
  store.interrupted = interrupted;
  if (options.max_bytes > 0) store.max_bytes = options.max_bytes;
  if (options.max_seconds > 0) store.limits.total = std::chrono::seconds(options.max_seconds);
  return store;
}

Json fetch_one(const File& asked, const StoreOptions& options, bool quiet) {
  const std::string& location = asked.location;
  StoreOptions store = asked_as(asked.role, options);
  Progress progress(name_of_location(location), "MB", quiet);
  store.progress = [&progress](std::uintmax_t done, std::uintmax_t total) {
    progress.update(done >> 20, total >> 20);
  };
  const StoredFile file = obtain(location, store);
  progress.finish();
  check_locked(file);
  Json record = {{"name", file.name}, {"url", file.url},       {"path", file.path.string()},
                 {"size", file.size}, {"sha256", file.sha256}, {"trust", to_string(file.trust)}};
  if (!file.warning.empty()) record["warning"] = file.warning;
  return record;
}

void print(const Json& record) {
  if (record.contains("sha256")) {
    std::printf("%s  %s  %ju bytes  %s\n", record.at("sha256").get<std::string>().c_str(),
                record.at("name").get<std::string>().c_str(),
                record.at("size").get<std::uintmax_t>(),
                record.at("trust").get<std::string>().c_str());
  }
  for (const char* key : {"warning", "error"}) {
    if (!record.contains(key)) continue;
    std::fprintf(stderr, "halfproof: %s: %s\n", key, record.at(key).get<std::string>().c_str());
  }
}

/// A record for each file; a file that cannot be obtained does not stop the others.
Json fetch(const FetchArguments& options) {
  const FetchJob job = plan(options);
  if (job.files.empty()) {
    throw Error(ErrorCode::kUsage, options.target, "expected rows that publish files, found none");
  }
  const StoreOptions store = store_options(options, job);
  Json files = Json::array();
  for (const auto& file : job.files) {
    if (interrupted()) break;
    try {
      files.push_back(fetch_one(file, store, options.json));
    } catch (const Error& error) {
      files.push_back({{"name", name_of_location(file.location)},
                       {"url", shown_location(file.location)},
                       {"error", error.what()}});
    }
    if (!options.json) print(files.back());
  }
  return files;
}

bool all_at_hand(const Json& files) {
  return std::none_of(files.begin(), files.end(),
                      [](const Json& record) { return record.contains("error"); });
}

}  // namespace

void add_fetch_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<FetchArguments>();
  auto* command = program.add_subcommand(
      "fetch",
      "Gets published files into the cache: hashed as they stream, locked by their sha256");
  add_positional(*command, "TARGET", options->target, "A suite (JSON), or the URL of one file");
  add_list(*command, "--row", options->rows, "ROW", "Only these rows of the suite");
  add_value(*command, "--as", options->role, "WHAT",
            "What the one file is, whatever its name: checkpoint, log, table or config")
      ->check(CLI::IsMember(role_names()));
  add_value(*command, "--max-bytes", options->max_bytes, "N",
            "Refuse a larger file (default: 8 GiB)")
      ->check(whole_number("bytes", 1, std::numeric_limits<std::int64_t>::max()));
  add_value(*command, "--max-seconds", options->max_seconds, "SECONDS",
            "Give one URL no more time, with all tries (default: 6 hours)")
      ->check(whole_number("seconds", 1));
  add_store_options(*command, *options);
  add_json_flag(*command, options->json);
  add_footer(*command, "halfproof fetch suites/minizoo.json --row fcn",
             "0 every file is at hand, 2 one is not, 130 interrupted");
  command->callback([options, &exit_code] {
    catch_interrupts();
    const Json files = fetch(*options);
    if (options->json) std::printf("%s\n", files.dump(1).c_str());
    exit_code = interrupted() ? kInterruptedExit : all_at_hand(files) ? 0 : 2;
  });
}

}  // namespace harness
