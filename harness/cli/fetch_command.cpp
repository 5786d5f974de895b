#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

#include "harness/artifact/store.h"
#include "harness/base/json.h"
#include "harness/cli/command.h"
#include "harness/cli/progress.h"
#include "harness/cli/verify_stage.h"

namespace harness {
namespace {

struct Options {
  std::string target;
  std::vector<std::string> rows;
  std::filesystem::path cache;
  std::filesystem::path lock;
  bool offline = false;
  bool json = false;
};

struct Job {
  std::vector<std::string> locations;
  std::filesystem::path lock;
};

/// A suite's checkpoints and logs, or the one URL.
Job plan(const Options& options) {
  if (!options.target.ends_with(".json") || options.target.ends_with(".log.json")) {
    return {{options.target}, options.lock};
  }
  const Suite suite = read_suite(options.target);
  Job job{{}, options.lock.empty() ? lock_file_of(suite) : options.lock};
  const auto add = [&](const Row& row) {
    for (const auto* location : {&row.checkpoint, &row.log}) {
      if (!location->empty()) job.locations.push_back(absolute_location(suite, *location));
    }
  };
  if (options.rows.empty()) {
    for (const auto& row : suite.rows) add(row);
  }
  for (const auto& id : options.rows) add(select_row(suite, id));
  return job;
}

Json fetch(const Options& options) {
  const Job job = plan(options);
  Json files = Json::array();
  for (const auto& location : job.locations) {
    StoreOptions store;
    if (!options.cache.empty()) store.cache = options.cache;
    store.lock = job.lock;
    store.offline = options.offline;
    Progress progress(std::filesystem::path(location).filename(), "MB", options.json);
    store.progress = [&progress](std::uintmax_t done, std::uintmax_t total) {
      progress.update(done >> 20, total >> 20);
    };
    const StoredFile file = obtain(location, store);
    progress.finish();
    if (!options.json) {
      std::printf("%s  %s  %ju bytes  %s\n", file.sha256.c_str(), file.name.c_str(), file.size,
                  std::string(to_string(file.trust)).c_str());
    }
    files.push_back({{"name", file.name},
                     {"url", file.url},
                     {"path", file.path.string()},
                     {"size", file.size},
                     {"sha256", file.sha256},
                     {"trust", to_string(file.trust)}});
  }
  return files;
}

}  // namespace

void add_fetch_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand(
      "fetch",
      "Gets published files into the cache: hashed as they stream, locked by their sha256");
  command->add_option("TARGET", options->target, "A suite, or the URL of one file")->required();
  command->add_option("--row", options->rows, "Only these rows of the suite");
  command->add_option("--cache", options->cache, "Cache folder");
  command->add_option("--lock", options->lock, "Lock file");
  command->add_flag("--offline", options->offline, "Never touch the network");
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([options, &exit_code] {
    const Json files = fetch(*options);
    if (options->json) std::printf("%s\n", files.dump(1).c_str());
    exit_code = 0;
  });
}

}  // namespace harness
