#include "harness/report/html/reproduction.h"

#include <algorithm>
#include <string_view>

#include "harness/history/add_run.h"

namespace harness {
namespace {

constexpr std::string_view kPlain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./=,:+-@%";

std::string quoted(const std::string& word) {
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string text(1, '\'');
  for (const char one : word) {
    if (one == '\'') text += "'\\'";
    text += one;
  }
  text += '\'';
  return text;
}

/// The stage that a user would have to ask for.
std::string stage_for(const VerdictRecord& verdict) {
  const auto is_of = [&](std::string_view name) { return verdict.claim.starts_with(name); };
  if (verdict.evidence == "file" || verdict.evidence == "log") return "examine";
  if (verdict.evidence == "retrained") return is_of("retrain.lockstep") ? "lockstep" : "train";
  if (is_of("fps") || is_of("kernels")) return "speed";
  return is_of("memory") ? "memory" : "evaluate";
}

bool is_of_row(const AskedExecution& asked, const VerdictRecord& verdict) {
  const bool is_other_training =
      verdict.evidence == "retrained" && asked.stage != stage_for(verdict);
  return asked.row == verdict.row && rests_on(verdict, asked.stage) && !is_other_training;
}

}  // namespace

std::string shell_words(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) {
    if (!text.empty()) text += ' ';
    text += quoted(word);
  }
  return text;
}

std::string job_command(const Job& job) {
  std::vector<std::string> words = command_words(job.argv);
  words.insert(words.begin(), "halfproof");
  return shell_words(words);
}

std::string claim_command(const JobRecord& job, const VerdictRecord& verdict) {
  std::vector<std::string> words{"halfproof"};
  const std::vector<std::string> all = command_words(job.argv);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string option = all[i].substr(0, all[i].find('='));
    const bool is_narrowed = option == "--row" || option == "--stage";
    if (is_narrowed && option == all[i]) ++i;
    if (!is_narrowed) words.push_back(all[i]);
  }
  const auto asked = std::ranges::find_if(
      job.asked, [&](const AskedExecution& one) { return is_of_row(one, verdict); });
  const std::string stage =
      asked == job.asked.end() ? stage_for(verdict) : std::string(stage_that_brings(asked->stage));
  words.insert(words.end(), {"--row", verdict.row, "--stage", stage});
  return shell_words(words);
}

}  // namespace harness
