#include "harness/cli/doctor/suite_outlook.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/number_text.h"
#include "harness/base/unicode.h"
#include "harness/report/text_layout.h"

namespace harness {
namespace {

constexpr std::array kOrder{Prospect::kJudged,  Prospect::kFails,         Prospect::kUnfit,
                            Prospect::kSkipped, Prospect::kNotVerifiable, Prospect::kNotAsked};

std::string_view title_of(Prospect prospect) {
  switch (prospect) {
    case Prospect::kJudged:
      return "judged here";
    case Prospect::kFails:
      return "fails here";
    case Prospect::kUnfit:
      return "unfit here";
    case Prospect::kSkipped:
      return "skipped here";
    case Prospect::kNotVerifiable:
      return "not verifiable";
    case Prospect::kNotAsked:
      return "not asked for";
  }
  return "";
}

/// An argument as a shell takes it.
std::string quoted(const std::string& text) {
  const bool is_plain = text.find_first_of(" \t\"'\\$`*?;&|<>()[]{}#~!") == std::string::npos;
  if (is_plain && !text.empty()) return text;
  std::string out = "'";
  for (const char letter : text)
    out += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return out + "'";
}

std::string with_option(const std::string& option, const std::string& value) {
  return value.empty() ? "" : fmt::format(" {} {}", option, quoted(value));
}

/// Where the files come from and go to, as the plan says.
std::string store_text(const RunPlan& plan) {
  return with_option("--cache", plan.cache.string()) + with_option("--lock", plan.lock.string());
}

/// The stages that bring the claim's results; those about files are brought by "examine".
std::vector<std::string> stages_of(const ClaimOutlook& claim) {
  if (claim.rests_on.empty()) return {"examine"};
  std::vector<std::string> stages;
  for (const auto& one : claim.rests_on) {
    const std::string stage(stage_that_brings(one.stage));
    if (std::find(stages.begin(), stages.end(), stage) == stages.end()) stages.push_back(stage);
  }
  return stages;
}

bool needs_data(const std::string& stage) {
  return stage == "evaluate" || stage == "train" || stage == "lockstep";
}

/// What a claim lacks besides the first, of the stages that it rests on.
std::vector<std::string> lacks_of(const ForeseenRow& foreseen, const ClaimOutlook& claim) {
  std::vector<std::string> lacks;
  if (!claim.resource.empty()) lacks.push_back(claim.resource);
  for (const auto& one : claim.rests_on) {
    const auto found = foreseen.lacks.find(one.stage);
    if (found == foreseen.lacks.end()) continue;
    lacks.insert(lacks.end(), found->second.begin(), found->second.end());
  }
  return lacks;
}

bool has(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

/// The commands that get one claim judged, and the machine that they need.
class Remedy {
 public:
  Remedy(const ForeseenRow& foreseen, const ClaimOutlook& claim, const RunPlan& plan)
      : claim_(claim),
        plan_(plan),
        row_(foreseen.row->id),
        has_data_(foreseen.has_data),
        stages_(stages_of(claim)),
        lacks_(lacks_of(foreseen, claim)) {}

  std::vector<std::string> commands() const {
    if (claim_.prospect == Prospect::kNotVerifiable) return {};
    if (claim_.prospect == Prospect::kFails) return {"halfproof fetch" + target()};
    std::vector<std::string> list;
    if (has(lacks_, "worker")) list.emplace_back("ci/quickstart");
    if (has(lacks_, "network")) list.push_back("halfproof fetch" + target());
    if (claim_.prospect != Prospect::kSkipped || !is_about_files()) list.push_back(run());
    return list;
  }

  std::string where() const {
    std::vector<std::string> places;
    if (has(lacks_, "network")) places.emplace_back("with a network");
    if (has(lacks_, "memory")) places.emplace_back("with more memory");
    if (needs_gpu()) places.emplace_back("with a GPU that halfproof doctor finds");
    if (claim_.prospect == Prospect::kUnfit && !needs_gpu()) {
      places.emplace_back("of the kind that the number was published for");
    }
    return places.empty() ? "" : fmt::format("on a machine {}", enumeration(places));
  }

 private:
  bool is_about_files() const { return claim_.rests_on.empty(); }
  bool needs_gpu() const {
    const bool is_timing = has(stages_, "speed") && claim_.prospect != Prospect::kJudged;
    return has(lacks_, "gpu") || is_timing;
  }
  std::string target() const {
    return fmt::format(" {} --row {}{}", quoted(plan_.suite.string()), quoted(row_),
                       store_text(plan_));
  }
  std::string run() const {
    std::string text = "halfproof run" + target();
    text += fmt::format(" --stage {}", fmt::join(stages_, ","));
    if (!plan_.precisions.empty() && claim_.prospect != Prospect::kNotAsked) {
      text += fmt::format(" --precision {}", fmt::join(plan_.precisions, ","));
    }
    const bool wants_data = std::any_of(stages_.begin(), stages_.end(), needs_data);
    if (wants_data && !has_data_) {
      text += " --data DIR";
    } else if (wants_data) {
      text += with_option("--data", plan_.data.string());
    }
    if (needs_gpu() || plan_.device == "cuda") text += " --device cuda";
    return text;
  }

  const ClaimOutlook& claim_;
  const RunPlan& plan_;
  std::string row_;
  bool has_data_;
  std::vector<std::string> stages_;
  std::vector<std::string> lacks_;
};

/// Whether a claim is of the group: what was lacking is the same, or the words are.
bool belongs(const OutlookGroup& group, const std::string& resource, const ClaimOutlook& claim,
             const std::vector<std::string>& commands) {
  if (group.prospect != claim.prospect || group.commands != commands) return false;
  if (claim.prospect == Prospect::kNotAsked) return true;
  return claim.resource.empty() ? group.reason == claim.reason : resource == claim.resource;
}

std::map<Prospect, std::int64_t> counts_of(const SuiteOutlook& outlook) {
  std::map<Prospect, std::int64_t> counts;
  for (const auto& row : outlook.rows) {
    for (const auto& group : row.groups) counts[group.prospect] += std::ssize(group.claims);
  }
  return counts;
}

std::string counts_text(const SuiteOutlook& outlook) {
  const auto counts = counts_of(outlook);
  std::vector<std::string> texts;
  for (const auto prospect : kOrder) {
    const auto found = counts.find(prospect);
    if (found == counts.end()) continue;
    texts.push_back(fmt::format("{} {}", found->second, title_of(prospect)));
  }
  return texts.empty() ? "no claim" : fmt::format("{}", fmt::join(texts, " · "));
}

void append_wrapped(std::string& out, const std::string& text, std::size_t indent,
                    std::size_t width) {
  for (const auto& line : wrap(printable(text), width - indent)) {
    out += fmt::format("{:{}}{}\n", "", indent, line);
  }
}

/// told: reasons of the row's groups before.
void append_group(std::string& out, const OutlookGroup& group, std::set<std::string>& told,
                  std::size_t width) {
  constexpr std::size_t kIndent = 6;
  append_wrapped(out, fmt::format("{}: {}", title_of(group.prospect), enumeration(group.claims)), 2,
                 width);
  const bool is_new = told.insert(group.reason).second;
  const std::string reason =
      is_new ? group.reason : group.reason.substr(0, group.reason.find(':')) + ", as above";
  if (!group.reason.empty()) append_wrapped(out, reason, kIndent, width);
  if (group.commands.empty()) return;
  if (!group.where.empty()) append_wrapped(out, group.where + ":", kIndent, width);
  // A command stands in one line, so that it can be copied.
  for (const auto& command : group.commands) out += fmt::format("      $ {}\n", printable(command));
}

}  // namespace

RowOutlook row_outlook(const ForeseenRow& foreseen, const std::vector<ClaimOutlook>& claims,
                       const RunPlan& plan) {
  RowOutlook outlook{foreseen.row->id, foreseen.row->method, {}};
  std::vector<std::string> resources;  // Of each group.
  for (const auto prospect : kOrder) {
    for (const auto& claim : claims) {
      if (claim.prospect != prospect) continue;
      const Remedy remedy(foreseen, claim, plan);
      const auto commands = remedy.commands();
      std::size_t i = 0;
      while (i < resources.size() && !belongs(outlook.groups[i], resources[i], claim, commands))
        ++i;
      if (i == resources.size()) {
        outlook.groups.push_back({prospect, {}, claim.reason, commands, remedy.where()});
        resources.push_back(claim.resource);
      }
      outlook.groups[i].claims.push_back(claim.claim);
    }
  }
  return outlook;
}

int exit_code(const SuiteOutlook& outlook) noexcept {
  constexpr int kNothingJudged = 77;
  bool is_judged = false;
  for (const auto& row : outlook.rows) {
    for (const auto& group : row.groups) {
      if (group.prospect == Prospect::kFails) return 1;
      is_judged = is_judged || group.prospect == Prospect::kJudged;
    }
  }
  return is_judged ? 0 : kNothingJudged;
}

Json to_json(const SuiteOutlook& outlook) {
  Json counts = Json::object();
  for (const auto& [prospect, count] : counts_of(outlook)) {
    counts[std::string(to_string(prospect))] = count;
  }
  Json claims = Json::array();
  for (const auto& row : outlook.rows) {
    for (const auto& group : row.groups) {
      for (const auto& claim : group.claims) {
        claims.push_back({{"row", row.row},
                          {"claim", claim},
                          {"prospect", to_string(group.prospect)},
                          {"reason", group.reason},
                          {"where", group.where},
                          {"commands", group.commands}});
      }
    }
  }
  return {{"name", outlook.suite},
          {"exit", exit_code(outlook)},
          {"counts", std::move(counts)},
          {"claims", std::move(claims)}};
}

std::string render_outlook(const SuiteOutlook& outlook, const TerminalStyle& style) {
  constexpr std::size_t kNarrowest = 70;
  constexpr std::size_t kReadable = 110;
  const std::size_t width = std::clamp(style.width, kNarrowest, kReadable);
  std::string out;
  for (const auto& row : outlook.rows) {
    out +=
        fmt::format("\n{}  {}\n", painted(printable(row.row), "1", style), printable(row.method));
    std::set<std::string> told;
    for (const auto& group : row.groups) append_group(out, group, told, width);
  }
  out += fmt::format("\n{}, {}: {}\n", printable(outlook.suite),
                     plural(std::ssize(outlook.rows), "row"),
                     painted(counts_text(outlook), "1", style));
  return out;
}

}  // namespace harness
