#include "harness/cli/run_directory.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/file_tree.h"
#include "harness/base/sha256.h"
#include "harness/base/system/machine.h"
#include "harness/cli/run_lock.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

/// A data set's folders of images and of label maps.
constexpr std::array kDataFolders{"leftImg8bit", "gtFine"};

FileLock lock_folder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) {
    throw Error(ErrorCode::kIo, folder.string(),
                fmt::format("cannot create: {}; choose another --out", failure.message()));
  }
  auto lock = FileLock::try_on_file(folder / kRunLock);
  if (lock) return std::move(*lock);
  throw Error(ErrorCode::kUsage, folder.string(),
              "expected a run directory that nobody writes, got one that another halfproof is "
              "using; wait for it or choose another --out");
}

void refuse_other_suite(const fs::path& folder, const Suite& suite) {
  const fs::path file = folder / "run.json";
  if (!fs::exists(file)) return;
  const std::string name = read_job(folder).suite;
  if (name == suite.name) return;
  throw Error(ErrorCode::kUsage, folder.string(),
              fmt::format("expected a run of the suite {}, got one of {}; choose another --out",
                          suite.name, name));
}

}  // namespace

RunDirectory::RunDirectory(fs::path folder, const Suite& suite)
    : folder_(std::move(folder)), lock_(lock_folder(folder_)) {
  refuse_other_suite(folder_, suite);
  job_.suite = suite.name;
}

fs::path RunDirectory::row_folder(std::string_view row) const {
  return folder_ / row;
}

void RunDirectory::write_job(const JobRecord& job, const Suite& suite) {
  job_ = job;
  // Verdicts of an earlier job must not pass for this one's, should it be killed.
  fs::remove(folder_ / "verdicts.json");
  // A copy, byte by byte: run.json has its sha256, so that neither counts without the other.
  write_file_atomic(folder_ / "suite.json", suite.bytes);
  write_json_file(folder_ / "run.json", to_json(job_));
}

void RunDirectory::ask(const std::vector<AskedExecution>& executions) {
  for (const auto& execution : executions) job_.ask(execution);
  write_json_file(folder_ / "run.json", to_json(job_));
}

void RunDirectory::write_result(const RunResult& result) const {
  const auto name = run_result_name(result.stage, result.precision, result.seed);
  write_json_file(row_folder(result.row) / name, to_json(result));
}

bool RunDirectory::has_result(const AskedExecution& execution) const {
  const fs::path file = row_folder(execution.row) /
                        run_result_name(execution.stage, execution.precision, execution.seed);
  if (!fs::exists(file)) return false;
  try {
    const RunResult result = run_result_from_json(read_json_file(file), file.string());
    return result.status == RunStatus::kOk && result.key == execution.key &&
           other_environment(job_, result.stage, result.environment).empty();
  } catch (const Error&) {
    return false;  // Not readable: it is produced again.
  }
}

void start_job(Job& job, const Suite& suite, const fs::path& suite_file,
               const std::vector<const Row*>& rows, const std::vector<std::string>& argv) {
  job.suite = suite.name;
  job.suite_file = suite_file.filename().string();
  job.suite_digest = suite.digest;
  for (const Row* row : rows) job.rows.push_back(row->id);
  job.argv = argv;
  job.environment = command_environment();
  job.started = utc_now();
}

Json key_parts(const Row& row, std::string_view stage, std::string_view precision,
               std::string_view device, const Json& inputs) {
  Json parts = {{"stage", stage}, {"precision", precision}, {"device", device}};
  const Json what = to_json(row);
  for (const auto& [name, value] : what.items()) {
    if (name != "claims") parts["row." + name] = value;
  }
  for (const auto& [name, value] : inputs.items()) parts[name] = value;
  return parts;
}

std::string result_key(const Row& row, std::string_view stage, std::string_view precision,
                       std::string_view device, const Json& inputs) {
  return sha256_hex(key_parts(row, stage, precision, device, inputs).dump());
}

std::string no_data_reason(const fs::path& root, const std::vector<std::string>& splits) {
  if (root.empty()) return "no data: the suite names no data set; give --data DIR";
  const fs::path place = fs::absolute(root).lexically_normal();
  std::vector<std::string> folders;
  for (const auto& split : splits) {
    for (const auto* kind : kDataFolders) folders.push_back(place / kind / split);
  }
  return fmt::format("no data: expected images and label maps in {}, found none; give --data DIR",
                     fmt::join(folders, " and "));
}

std::string data_fingerprint(const fs::path& root, std::string_view split) {
  std::vector<std::string> lines;
  for (const auto* kind : kDataFolders) {
    const fs::path folder = root / kind / split;
    if (!fs::is_directory(folder)) continue;
    const FileTree tree = list_files(folder);
    for (const auto& name : tree.broken_links) {
      lines.push_back(fmt::format("{}/{}/{} leads nowhere", kind, split, name));
    }
    for (const auto& name : tree.files) {
      lines.push_back(fmt::format("{}/{}/{} {} {}", kind, split, name, fs::file_size(folder / name),
                                  fs::last_write_time(folder / name).time_since_epoch().count()));
    }
  }
  if (lines.empty()) return "";
  std::sort(lines.begin(), lines.end());
  Sha256 hash;
  for (const auto& line : lines) hash.update(line + "\n");
  return hash.hex_digest();
}

}  // namespace harness
