#include "harness/report/html/page_summary.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/number_text.h"
#include "harness/history/run_parts.h"
#include "harness/report/html/reproduction.h"
#include "harness/report/html/script_json.h"
#include "harness/report/summary.h"

namespace harness {
namespace {

std::int64_t count_of(const JudgedRun& run, Verdict verdict) {
  return std::ranges::count(run.verdicts, verdict, &VerdictRecord::verdict);
}

constexpr std::size_t kMostNames = 3;  // More make no sentence that is read.

/// " (miou of fcn, fps of fcn)"; "" where there are many.
std::string failed_names(const JudgedRun& run) {
  std::vector<std::string> names;
  for (const auto& [row, claims] : failed(run.verdicts)) {
    for (const auto& claim : claims) names.push_back(fmt::format("{} of {}", claim, row));
  }
  return names.size() > kMostNames ? "" : fmt::format(" ({})", fmt::join(names, ", "));
}

std::string claims(std::int64_t count) {
  return plural(count, "claim");
}

void add_failures(const JudgedRun& run, std::vector<std::string>& parts) {
  const std::int64_t failures = count_of(run, Verdict::kFail) + count_of(run, Verdict::kXpass);
  if (failures > 0) {
    parts.push_back(fmt::format("{} {}{}", claims(failures),
                                failures == 1 ? "does not hold" : "do not hold",
                                failed_names(run)));
  }
  if (!run.failed.empty()) {
    parts.push_back(fmt::format("{} failed to run", plural(std::ssize(run.failed), "execution")));
  }
}

std::string capitalised(std::string text) {
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::vector<std::string> audit_notes(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return {};
  try {
    const Json audit = read_json_file(file);
    const Json found = audit.is_object() ? audit.value("contradictions", Json()) : Json();
    if (!found.is_array()) return {"audit.json is no audit of halfproof."};
    std::vector<std::string> notes;
    for (const auto& one : found) {
      const Json message = one.is_object() ? one.value("message", Json()) : Json();
      if (message.is_string()) {
        notes.push_back(
            page_text("The sources contradict each other: " + message.get<std::string>()));
      }
    }
    if (notes.empty()) notes.emplace_back("Audit: no contradiction in what is published.");
    return notes;
  } catch (const Error& error) {
    return {page_text(error.what())};
  }
}

}  // namespace

std::string whole_sentence(const JudgedRun& run) {
  std::vector<std::string> parts;
  add_failures(run, parts);
  if (const auto count = count_of(run, Verdict::kAmbiguous); count > 0) {
    parts.push_back(
        fmt::format("{} {} too noisy to say", claims(count), count == 1 ? "is" : "are"));
  }
  if (const auto count = count_of(run, Verdict::kPass); count > 0) {
    const std::string all = count == 1 ? "the only claim" : "all " + claims(count);
    const std::string who = parts.empty() ? all + " that could be judged" : claims(count);
    parts.push_back(fmt::format("{} {}", who, count == 1 ? "holds" : "hold"));
  }
  if (const auto count = count_of(run, Verdict::kXfail); count > 0) {
    parts.push_back(
        fmt::format("{} {} as the suite expects", claims(count), count == 1 ? "fails" : "fail"));
  }
  if (parts.empty()) parts.emplace_back("nothing could be judged");
  const auto open = std::ranges::count_if(run.verdicts, [](const VerdictRecord& record) {
    return is_unverified(record.verdict) && record.verdict != Verdict::kAmbiguous;
  });
  if (open > 0) parts.push_back(fmt::format("{} could not be verified", claims(open)));
  return page_text(capitalised(fmt::format("{}.", fmt::join(parts, "; "))));
}

PageFacts about_run(const ReportInput& input) {
  const JobRecord& job = input.run.job;
  std::vector<RunResult> results;
  for (const auto& [row, list] : input.run.results) {
    std::ranges::copy_if(list, std::back_inserter(results),
                         [](const RunResult& result) { return result.status == RunStatus::kOk; });
  }
  PageFacts facts{{"run", input.folder.string()},
                  {"started", job.started},
                  {"command", job_command(job)},
                  {"hardware", hardware_of(job, results)},
                  {"commit", job.environment.build.commit +
                                 (job.environment.build.dirty ? ", with changes" : "")},
                  {"suite", fmt::format("{}, sha256 {}", job.suite_file, job.suite_digest)}};
  if (input.suite.digest != job.suite_digest) {
    facts.emplace_back("judged by", "another suite, sha256 " + input.suite.digest);
  }
  for (auto& [name, value] : facts) value = page_text(value);
  return facts;
}

std::vector<std::string> run_notes(const ReportInput& input) {
  std::vector<std::string> notes;
  std::istringstream lines(notes_text(input.judged));
  for (std::string line; std::getline(lines, line);) notes.push_back(page_text(line));
  for (auto& note : audit_notes(input.folder / "audit.json")) notes.push_back(std::move(note));
  return notes;
}

}  // namespace harness
