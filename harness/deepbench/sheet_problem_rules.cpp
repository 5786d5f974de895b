#include "harness/deepbench/sheet_problem_rules.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "harness/deepbench/coverage.h"
#include "harness/deepbench/problem_sizes.h"

namespace harness {
namespace {

constexpr double kMostApart = 2.0;

bool is_for(const ProblemList& list, const ResultSheet& sheet) {
  return list.suite.name.ends_with(sheet.set);
}

/// A problem of a list, and its place among those of its operation.
struct Listed {
  const ProblemList* list;
  const Problem* problem;
  ProblemSizes sizes;
  std::int64_t place;
};

std::vector<Listed> listed_problems(const ResultSheet& sheet, std::string_view op,
                                    const std::vector<ProblemList>& lists) {
  std::vector<Listed> listed;
  for (const auto& list : lists) {
    if (!is_for(list, sheet)) continue;
    std::int64_t place = 0;
    for (const auto& problem : list.suite.problems) {
      if (op_name(problem.work) != op) continue;
      listed.push_back({&list, &problem, sizes_of(problem.work), place++});
    }
  }
  return listed;
}

struct Nearest {
  const Listed* listed = nullptr;
  SizeDifference difference;
};

Nearest nearest(const ProblemSizes& sizes, std::int64_t place, const std::vector<Listed>& listed) {
  Nearest best;
  std::tuple<double, std::int64_t> best_distance;
  for (const auto& one : listed) {
    const auto difference = only_difference(sizes, one.sizes);
    if (!difference) continue;
    const double ratio =
        static_cast<double>(difference->first) / static_cast<double>(difference->second);
    const std::tuple distance{std::abs(std::log2(ratio)), std::abs(one.place - place)};
    if (std::get<0>(distance) > std::log2(kMostApart)) continue;
    if (best.listed != nullptr && distance >= best_distance) continue;
    best = {&one, *difference};
    best_distance = distance;
  }
  return best;
}

SheetQuote quote_of(const Listed& listed, const SizeDifference& difference) {
  const ProblemSource& source = listed.problem->source;
  std::string says = fmt::format("{} {}", difference.name, difference.second);
  if (!source.file.empty()) says += " (" + source.file;
  if (source.line > 0) says += fmt::format(":{}", source.line);
  if (!source.file.empty()) says += ")";
  return {says, listed.list->file, "", 0, listed.problem->id};
}

class SizeRule {
 public:
  SizeRule(const ResultSheet& sheet, const SheetTable& table, std::vector<Listed> listed)
      : sheet_(sheet), table_(table), listed_(std::move(listed)) {}

  void run(std::vector<SheetFinding>& all) {
    if (listed_.empty()) return;
    for (std::size_t i = 0; i < table_.rows.size(); ++i) {
      check(table_.rows[i], static_cast<std::int64_t>(i));
    }
    for (auto& one : findings_) all.push_back(std::move(one));
  }

 private:
  void check(const SheetRow& row, std::int64_t place) {
    const ProblemSizes sizes = sizes_of(row.work);
    const bool is_listed = std::ranges::find(listed_, sizes, &Listed::sizes) != listed_.end();
    if (is_listed) return;
    const Nearest near = nearest(sizes, place, listed_);
    if (near.listed == nullptr) {
      add("unlisted", "", "no problem of the list is like it",
          {{work_text(row.work), sheet_.file, table_.sheet, row.row, ""},
           {"none of its problems", listed_.front().list->file, "", 0, ""}});
      return;
    }
    const auto& [name, printed, code] = near.difference;
    add("size", name, fmt::format("{} is {} where the list has {}", name, printed, code),
        {{fmt::format("{} {}", name, printed), sheet_.file, table_.sheet, row.row, name},
         quote_of(*near.listed, near.difference)});
  }

  void add(const std::string& rule, const std::string& column, const std::string& message,
           SheetConflict conflict) {
    const auto [found, is_new] = numbers_.try_emplace(message, findings_.size());
    if (is_new) {
      findings_.push_back({rule, sheet_.file, table_.sheet, table_.op, column, message, "", {}});
    }
    findings_[found->second].conflicts.push_back(std::move(conflict));
  }

  const ResultSheet& sheet_;
  const SheetTable& table_;
  std::vector<Listed> listed_;
  std::vector<SheetFinding> findings_;
  std::map<std::string, std::size_t> numbers_;  ///< Of findings, by message.
};

}  // namespace

bool has_list(const ResultSheet& sheet, const std::vector<ProblemList>& lists) {
  return std::ranges::any_of(lists,
                             [&sheet](const ProblemList& list) { return is_for(list, sheet); });
}

std::vector<SheetFinding> find_other_sizes(const ResultSheet& sheet,
                                           const std::vector<ProblemList>& lists) {
  std::vector<SheetFinding> all;
  for (const auto& table : sheet.tables) {
    SizeRule(sheet, table, listed_problems(sheet, table.op, lists)).run(all);
  }
  return all;
}

}  // namespace harness
