#include "harness/deepbench/sheet_copy_rules.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/number_text.h"
#include "harness/base/text.h"
#include "harness/deepbench/problem_sizes.h"

namespace harness {
namespace {

/// What identifies a row in another table: its problem, and how many rows before it have the same.
std::vector<std::pair<std::string, const SheetRow*>> keyed_rows(const SheetTable& table) {
  std::vector<std::pair<std::string, const SheetRow*>> keyed;
  std::map<std::string, std::int64_t> seen;
  for (const auto& row : table.rows) {
    const ProblemSizes sizes = sizes_of(row.work);
    std::string key = sizes.kind;
    for (const auto& [name, size] : sizes.sizes) key += fmt::format("{} ", size);
    const std::int64_t number = seen[key]++;
    keyed.emplace_back(fmt::format("{}#{}", key, number), &row);
  }
  return keyed;
}

/// A table with its file and the way to its rows.
struct Source {
  const ResultSheet* sheet;
  const SheetTable* table;
  std::vector<std::pair<std::string, const SheetRow*>> rows;
  std::map<std::string, const SheetRow*> by_key;
};

std::vector<Source> sources_of(const std::vector<ResultSheet>& sheets) {
  std::vector<const ResultSheet*> by_date;
  for (const auto& sheet : sheets) by_date.push_back(&sheet);
  std::ranges::stable_sort(by_date, {}, &ResultSheet::date);
  std::vector<Source> sources;
  for (const ResultSheet* sheet : by_date) {
    for (const auto& table : sheet->tables) {
      auto rows = keyed_rows(table);
      std::map<std::string, const SheetRow*> by_key(rows.begin(), rows.end());
      sources.push_back({sheet, &table, std::move(rows), std::move(by_key)});
    }
  }
  return sources;
}

std::optional<std::string> cell(const SheetRow& row, const std::string& column) {
  if (const auto number = row.number(column)) return fmt::format("{}", *number);
  const auto text = row.texts.find(column);
  return text == row.texts.end() ? std::nullopt : std::optional(text->second);
}

SheetQuote quote(const Source& source, const SheetRow& row, const std::string& column,
                 const std::string& says) {
  return {says, source.sheet->file, source.table->sheet, row.row, column};
}

/// Rows of `one` that have in `column` what the same problem has in `other` under `other_column`.
class Comparison {
 public:
  Comparison(const Source& one, const std::string& column, const Source& other,
             const std::string& other_column) {
    for (const auto& [key, row] : one.rows) {
      const auto match = other.by_key.find(key);
      if (match == other.by_key.end()) continue;
      const auto here = cell(*row, column);
      const auto there = cell(*match->second, other_column);
      if (!here || !there) continue;
      ++compared;
      values_.insert(*here);
      if (*here != *there) continue;
      same.push_back(
          {quote(one, *row, column, *here), quote(other, *match->second, other_column, *there)});
    }
  }

  bool is_copy(double least_share = kLeastShareOfACopy) const {
    return compared >= kLeastRowsOfACopy && values_.size() > 1 &&
           static_cast<double>(same.size()) >= least_share * static_cast<double>(compared);
  }

  std::int64_t compared = 0;
  std::vector<SheetConflict> same;

 private:
  std::set<std::string> values_;
};

std::string name_of(const Source& source) {
  const std::string date =
      source.sheet->date.empty() ? "" : fmt::format(" ({})", source.sheet->date);
  return fmt::format("{}{}, {}", source.sheet->file, date, source.table->sheet);
}

SheetFinding finding(const Source& source, const std::vector<std::string>& columns,
                     std::string message, std::string cause, std::vector<SheetConflict> conflicts) {
  return {"copied",
          source.sheet->file,
          source.table->sheet,
          source.table->op,
          fmt::format("{}", fmt::join(columns, ", ")),
          std::move(message),
          std::move(cause),
          std::move(conflicts)};
}

constexpr const char* kTimesCarriedOver = "the times were carried over, not measured again";
constexpr const char* kNamesCarriedOver =
    "other times and the same algorithms: the column was carried along, or both libraries chose "
    "alike";

/// What of a table is in an older one too.
class CopiesOfATable {
 public:
  CopiesOfATable(const Source& source, std::vector<SheetFinding>& all)
      : source_(source), all_(all) {
    for (const auto& column : time_columns(source.table->op)) {
      open_times_.emplace_back(column.time);
    }
    if (source.table->op == "convolution") open_texts_.emplace_back("fwd_algo");
  }

  void compare(const Source& older) {
    if (older.table->op != source_.table->op) return;
    if (take(older, open_times_, kLeastShareOfACopy, kTimesCarriedOver)) {
      open_texts_.clear();
    } else {
      take(older, open_texts_, 1.0, kNamesCarriedOver);
    }
  }

  void compare_columns() {
    const auto& columns = time_columns(source_.table->op);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const std::string one(columns[i].time);
        const std::string other(columns[j].time);
        Comparison comparison(source_, one, source_, other);
        if (!comparison.is_copy()) continue;
        const std::string message = fmt::format("{} of {} are those of {}", comparison.same.size(),
                                                plural(comparison.compared, "time"), other);
        all_.push_back(
            finding(source_, {one}, message, kTimesCarriedOver, std::move(comparison.same)));
      }
    }
  }

 private:
  /// A column that was found once is not looked for in further tables.
  bool take(const Source& older, std::vector<std::string>& open, double least_share,
            const char* cause) {
    std::vector<std::string> copied;
    std::vector<SheetConflict> same;
    std::int64_t compared = 0;
    for (const auto& column : open) {
      Comparison comparison(source_, column, older, column);
      if (!comparison.is_copy(least_share)) continue;
      copied.push_back(column);
      compared += comparison.compared;
      same.insert(same.end(), comparison.same.begin(), comparison.same.end());
    }
    if (copied.empty()) return false;
    std::erase_if(open, [&copied](const std::string& column) { return contains(copied, column); });
    const std::string message = fmt::format("{} of {} are those of {}", same.size(),
                                            plural(compared, "cell"), name_of(older));
    all_.push_back(finding(source_, copied, message, cause, std::move(same)));
    return true;
  }

  const Source& source_;
  std::vector<SheetFinding>& all_;
  std::vector<std::string> open_times_;
  std::vector<std::string> open_texts_;
};

/// A row that repeats an earlier one's problem.
struct Repeat {
  const SheetRow* first;
  const SheetRow* second;
};

std::vector<Repeat> repeats_of(const SheetTable& table) {
  std::vector<Repeat> repeats;
  std::map<std::string, const SheetRow*> firsts;
  for (const auto& [key, row] : keyed_rows(table)) {
    const std::string problem = key.substr(0, key.rfind('#'));
    const auto [first, is_new] = firsts.try_emplace(problem, row);
    if (!is_new) repeats.push_back({first->second, row});
  }
  return repeats;
}

/// Two times of one problem.
struct Pair {
  std::string column;
  double first;
  double second;

  double apart() const noexcept { return std::abs(first - second) / std::min(first, second); }
};

std::vector<Pair> pairs_of(const SheetTable& table, const Repeat& repeat) {
  std::vector<Pair> pairs;
  for (const auto& column : time_columns(table.op)) {
    const auto first = repeat.first->number(column.time);
    const auto second = repeat.second->number(column.time);
    if (!first || !second || *first <= 0.0 || *second <= 0.0) continue;
    pairs.push_back({std::string(column.time), *first, *second});
  }
  return pairs;
}

bool all_same(const std::vector<Pair>& pairs) {
  return std::ranges::all_of(pairs, [](const Pair& pair) { return pair.first == pair.second; });
}

class RepeatRule {
 public:
  RepeatRule(const ResultSheet& sheet, std::vector<SheetFinding>& findings)
      : sheet_(sheet), findings_(findings) {}

  void look_at(const SheetTable& table) {
    const auto repeats = repeats_of(table);
    std::vector<std::vector<Pair>> pairs;
    std::vector<Pair> of_table;
    for (const auto& repeat : repeats) {
      pairs.push_back(pairs_of(table, repeat));
      of_table.insert(of_table.end(), pairs.back().begin(), pairs.back().end());
    }
    if (of_table.empty()) return;
    const bool is_copy = std::ssize(of_table) >= kLeastCopiedTimes && all_same(of_table);
    SheetFinding copied{"repeat.copied", sheet_.file, table.sheet, table.op, "", "", "", {}};
    SheetFinding apart{"repeat.apart", sheet_.file, table.sheet, table.op, "", "", "", {}};
    for (std::size_t i = 0; i < repeats.size(); ++i) {
      for (const auto& pair : pairs[i]) {
        add(table, repeats[i], pair, is_copy, is_copy ? copied : apart);
      }
    }
    finish(copied, fmt::format("{} of {} of repeated problems: the same to the digit",
                               copied.conflicts.size(), plural(std::ssize(of_table), "time")));
    finish(apart, fmt::format("{} of {} of repeated problems: more than {:.0f} % apart",
                              apart.conflicts.size(), plural(std::ssize(of_table), "time"),
                              100.0 * kMostOfANoise));
  }

  std::vector<RepeatNoise> noise() {
    std::vector<RepeatNoise> all;
    for (auto& [name, one] : sheets_) {
      RepeatNoise& noise = one.noise;
      noise.file = sheet_.file;
      noise.sheet = name;
      noise.times = std::ssize(one.apart);
      if (!one.apart.empty()) {
        std::ranges::sort(one.apart);
        const std::size_t half = one.apart.size() / 2;
        noise.median = one.apart.size() % 2 == 1 ? one.apart[half]
                                                 : (one.apart[half - 1] + one.apart[half]) / 2.0;
        noise.largest = one.apart.back();
      }
      all.push_back(noise);
    }
    return all;
  }

 private:
  struct OfASheet {
    RepeatNoise noise;
    std::vector<double> apart;
  };

  /// finding: for a pair that does not count.
  void add(const SheetTable& table, const Repeat& repeat, const Pair& pair, bool is_copy,
           SheetFinding& finding) {
    OfASheet& sheet = sheets_[table.sheet];
    const bool is_noise = !is_copy && pair.apart() <= kMostOfANoise;
    if (is_noise) {
      sheet.apart.push_back(pair.apart());
      return;
    }
    ++(is_copy ? sheet.noise.copied : sheet.noise.apart);
    finding.conflicts.push_back(
        {{short_text(pair.second, 10), sheet_.file, table.sheet, repeat.second->row, pair.column},
         {short_text(pair.first, 10), sheet_.file, table.sheet, repeat.first->row, pair.column}});
  }

  void finish(SheetFinding& finding, std::string message) {
    if (finding.conflicts.empty()) return;
    finding.message = std::move(message);
    finding.cause = finding.rule == "repeat.apart"
                        ? "measured in two campaigns, or by two algorithms"
                        : "the rows were copied, not measured again";
    findings_.push_back(std::move(finding));
  }

  const ResultSheet& sheet_;
  std::vector<SheetFinding>& findings_;
  std::map<std::string, OfASheet> sheets_;
};

}  // namespace

std::vector<SheetFinding> find_copies(const std::vector<ResultSheet>& sheets) {
  std::vector<SheetFinding> all;
  const std::vector<Source> sources = sources_of(sheets);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    CopiesOfATable copies(sources[i], all);
    for (std::size_t j = 0; j < i; ++j) copies.compare(sources[j]);
    copies.compare_columns();
  }
  return all;
}

std::vector<RepeatNoise> noise_of(const ResultSheet& sheet, std::vector<SheetFinding>& findings) {
  RepeatRule rule(sheet, findings);
  for (const auto& table : sheet.tables) rule.look_at(table);
  return rule.noise();
}

}  // namespace harness
