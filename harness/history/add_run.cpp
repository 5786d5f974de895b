#include "harness/history/add_run.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/record/job.h"
#include "harness/record/run_result.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kSourceDigits = 16;

/// Those of the executions that the job reached; a result of another key counts for nothing.
std::vector<RunResult> results_of(const JobRecord& job, const fs::path& directory) {
  std::vector<RunResult> results;
  for (const auto& asked : job.asked) {
    const auto name = run_result_name(asked.stage, asked.precision, asked.seed);
    const fs::path file = directory / asked.row / name;
    if (asked.key.empty() || !fs::exists(file)) continue;
    RunResult result = run_result_from_json(read_json_file(file), file.string());
    if (result.key == asked.key) results.push_back(std::move(result));
  }
  return results;
}

/// Whether the job was asked for any result that the claim rests on.
bool was_asked(const VerdictRecord& verdict, const JobRecord& job) {
  return std::ranges::any_of(job.asked, [&](const AskedExecution& asked) {
    return asked.row == verdict.row && rests_on(verdict, asked.stage);
  });
}

/// A result that was kept from an earlier run has the same times as there.
std::string source_of(const VerdictRecord& verdict, const std::vector<RunResult>& results) {
  std::string lines;
  for (const auto& result : results) {
    if (result.row != verdict.row || !rests_on(verdict, result.stage)) continue;
    lines += fmt::format("{} {} {}\n", run_result_name(result.stage, result.precision, result.seed),
                         result.started, result.elapsed_s);
  }
  return lines.empty() ? "" : sha256_hex(lines).substr(0, kSourceDigits);
}

void require_judged(const fs::path& directory) {
  if (fs::exists(directory / "verdicts.json")) return;
  throw Error(
      ErrorCode::kUsage, directory.string(),
      fmt::format("expected a run that was judged, found no verdicts.json; `halfproof judge "
                  "{}` makes it",
                  directory.string()));
}

/// Of the command line, the options that change what a claim measures, with their values.
std::string setting_of(const std::vector<std::string>& argv) {
  static constexpr std::array kOptions{
      "--layout", "--cudnn-benchmark", "--pinned",  "--speed-images",       "--speed-seconds",
      "--seeds",  "--iters",           "--threads", "--fused-segmentation", "--fused-norm"};
  std::string setting;
  bool is_wanted = false;
  for (const auto& word : argv) {
    if (word.starts_with("--")) {
      is_wanted = std::ranges::count(kOptions, word.substr(0, word.find('='))) > 0;
    }
    if (is_wanted) setting += (setting.empty() ? "" : " ") + word;
  }
  return setting;
}

RunHeader header_of(const JobRecord& job, const JudgedRun& run, const fs::path& directory) {
  RunHeader header;
  header.digest = sha256_hex(read_file(directory / "run.json"));
  header.verdicts_digest = sha256_hex(verdicts_document(job.suite, run).dump());
  header.started = job.started;
  header.suite = job.suite;
  header.suite_digest = job.suite_digest;
  header.commit = job.environment.build.commit;
  header.dirty = job.environment.build.dirty;
  header.command = fmt::format("{}", fmt::join(command_words(job.argv), " "));
  header.stages = fmt::format("{}", fmt::join(job.stages, ", "));
  header.setting = setting_of(job.argv);
  header.exit_code = exit_code(run);
  return header;
}

}  // namespace

bool rests_on(const VerdictRecord& verdict, std::string_view stage) {
  const auto is_of = [&](std::string_view name) { return verdict.claim.starts_with(name); };
  if (verdict.evidence == "file" || verdict.evidence == "log") return stage == "examine";
  if (verdict.evidence == "retrained") return stage == "train" || stage == "lockstep";
  if (is_of("fps")) return stage == "speed" || stage == "evaluate";
  if (is_of("kernels")) return stage == "speed";
  if (is_of("memory")) return stage == "memory" || stage == "evaluate" || stage == "train";
  if (is_of("miou_ms_flip")) return stage == "evaluate_ms_flip";
  const bool is_of_files = is_of("miou") || is_of("parity") || is_of("finite") || is_of("range");
  return !is_of_files || stage == "evaluate" || stage == "parity";
}

std::vector<std::string> command_words(const std::vector<std::string>& argv) {
  std::vector<std::string> words;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const std::string option = argv[i].substr(0, argv[i].find('='));
    const bool is_place = option == "--out" || option == "--history" || option == "--junit";
    if (is_place && option == argv[i]) ++i;
    if (is_place || option == "--json") continue;
    words.push_back(argv[i]);
  }
  return words;
}

Json to_json(const HistoryRun& run) {
  Json value = record_to_json(run.header);
  value["parts"] = Json::object();
  for (const auto& [name, text] : run.parts) value["parts"][name] = text;
  value["verdicts"] = Json::array();
  for (const auto& [record, source] : run.verdicts) {
    value["verdicts"].push_back(to_json(record));
    value["verdicts"].back()["source"] = source;
  }
  value["failed"] = Json::array();
  for (const auto& one : run.failed) value["failed"].push_back(record_to_json(one));
  return value;
}

HistoryRun read_run_to_add(const fs::path& directory) {
  const JobRecord job = read_job(directory);
  require_judged(directory);
  const fs::path file = directory / "verdicts.json";
  JudgedRun run = judged_run_from_json(read_json_file(file), job.suite, file.string());
  const std::vector<RunResult> results = results_of(job, directory);
  HistoryRun stored;
  stored.header = header_of(job, run, directory);
  stored.header.hardware = hardware_of(job, results);
  stored.parts = parts_of(job, results);
  for (auto& verdict : run.verdicts) {
    if (verdict.verdict == Verdict::kSkipped && !was_asked(verdict, job)) continue;
    std::string source = source_of(verdict, results);
    stored.verdicts.push_back({std::move(verdict), std::move(source)});
  }
  stored.failed = std::move(run.failed);
  return stored;
}

}  // namespace harness
