#include "harness/audit/record_rules.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace harness {
namespace {

using Statements = std::vector<Statement>;

/// Prefixes of bytes that are mistaken for each other: 1024/1000 and its powers.
constexpr double kUnitFactors[] = {1.024, 1.048576, 1.073741824};

std::string signed_text(double number) {
  return fmt::format("{:+.2f}", number);
}

/// Is a / b, within the rounding of both, a factor between decimal and binary units?
std::optional<double> unit_factor(const Statement& a, const Statement& b) {
  if (!a.value.is_number() || !b.value.is_number() || agree(a, b)) return std::nullopt;
  if (!a.unit.ends_with("B") || !b.unit.ends_with("B")) return std::nullopt;
  const Statement& large = a.value.get<double>() > b.value.get<double>() ? a : b;
  const Statement& small = &large == &a ? b : a;
  const double low =
      (large.value.get<double>() - large.rounding) / (small.value.get<double>() + small.rounding);
  const double high =
      (large.value.get<double>() + large.rounding) / (small.value.get<double>() - small.rounding);
  for (const double factor : kUnitFactors) {
    if (low <= factor && factor <= high) return factor;
  }
  return std::nullopt;
}

/// "2021-04" is before "2021-04-24"; what has no date comes first.
bool older(const Statement& a, const Statement& b) {
  return a.place.date < b.place.date;
}

/// The statements of one row about one fact, by page, each page's oldest first.
std::map<std::string, Statements> by_page(const Statements& statements) {
  std::map<std::string, Statements> pages;
  for (const auto& statement : statements) pages[statement.place.file].push_back(statement);
  for (auto& [file, of_page] : pages) std::ranges::stable_sort(of_page, older);
  return pages;
}

/// The statements of each page in its newest version. A page may say two things in one version.
Statements newest(const Statements& statements) {
  Statements result;
  for (const auto& [file, of_page] : by_page(statements)) {
    for (const auto& statement : of_page) {
      if (statement.place.date == of_page.back().place.date) result.push_back(statement);
    }
  }
  // What was published is quoted before what the suite or a file on this machine says.
  std::ranges::stable_sort(result, [](const Statement& a, const Statement& b) {
    const auto rank = [](const Statement& statement) {
      return std::pair(statement.place.version.empty() && statement.place.date.empty(),
                       statement.place.date);
    };
    return rank(a) < rank(b);
  });
  return result;
}

/// One statement for each different value.
Statements different(const Statements& statements) {
  Statements result;
  for (const auto& statement : statements) {
    if (statement.value.is_null()) continue;
    const bool known = std::ranges::any_of(
        result, [&](const Statement& other) { return agree(statement, other); });
    if (!known) result.push_back(statement);
  }
  return result;
}

Contradiction contradiction(std::string rule, const Statements& sides, std::string message,
                            std::string reason) {
  Contradiction made{std::move(rule),    {sides.front().row}, sides.front().fact,
                     std::move(message), std::move(reason),   {}};
  for (const auto& side : sides) made.quotes.push_back(side.place);
  return made;
}

std::string values_of(const Statements& sides, std::string_view between) {
  std::vector<std::string> values;
  for (const auto& side : sides) {
    values.push_back(value_text(side.value, side.rounding, side.unit));
  }
  return fmt::format("{}", fmt::join(values, between));
}

Contradiction units(const Statement& a, const Statement& b, double factor) {
  return contradiction("units", {a, b},
                       fmt::format("{}: {} are one measurement: they differ by the factor {:.6g}",
                                   a.fact, values_of({a, b}, " and "), factor),
                       "1000 and 1024 bytes are both called a kilobyte; under one unit's name a "
                       "number has one value");
}

/// Rules value, hash and units: what the newest versions of all pages say about one fact.
void compare_values(const Statements& of_fact, std::vector<Contradiction>& found) {
  const Statements sides = different(newest(of_fact));
  if (sides.size() < 2) return;
  if (sides.size() == 2) {
    if (const auto factor = unit_factor(sides[0], sides[1])) {
      found.push_back(units(sides[0], sides[1], *factor));
      return;
    }
  }
  if (sides.front().fact != "hash") {
    found.push_back(contradiction(
        "value", sides, fmt::format("{}: {}", sides.front().fact, values_of(sides, " against ")),
        "one row is one run: each fact of it has one value"));
    return;
  }
  std::set<std::string> runs;
  for (const auto& side : sides) {
    if (!side.run.empty()) runs.insert(side.run);
  }
  if (runs.size() > 1) {
    found.push_back(contradiction(
        "hash", sides, fmt::format("checkpoints of {} runs are published for one row", runs.size()),
        "numbers of a row hold for one set of weights"));
    return;
  }
  const std::string run = runs.empty() ? "one run" : "the run " + *runs.begin();
  found.push_back(contradiction(
      "hash", sides, fmt::format("files of {} hash to {}", run, values_of(sides, " and ")),
      "the name of a checkpoint ends in its SHA-256: another hash is "
      "another file, and nothing says "
      "what changed in it"));
}

/// What two versions of a page say about one row.
struct Revision {
  Statements changed;  ///< Old and new value in turn.
  Statements kept;
  Statements converted;  ///< Old and new value in turn: the same number in other units.
};

/// Rule rewritten: a version of a page that measures a part of a row again.
void compare_revision(const Revision& revision, std::vector<Contradiction>& found) {
  for (std::size_t index = 0; index + 1 < revision.converted.size(); index += 2) {
    const Statement& old_value = revision.converted[index];
    const Statement& new_value = revision.converted[index + 1];
    found.push_back(units(old_value, new_value, *unit_factor(old_value, new_value)));
  }
  if (revision.changed.empty() || revision.kept.size() + revision.converted.size() == 0) return;
  std::string message;
  for (std::size_t index = 0; index + 1 < revision.changed.size(); index += 2) {
    const Statement& old_value = revision.changed[index];
    const Statement& new_value = revision.changed[index + 1];
    message += fmt::format("{}{} {} became {}", index == 0 ? "" : ", ", old_value.fact,
                           value_text(old_value.value, old_value.rounding, ""),
                           value_text(new_value.value, new_value.rounding, ""));
  }
  message += fmt::format(" on {}; unchanged:", revision.changed[1].place.date);
  Statements sides = revision.changed;
  std::string separator = " ";
  for (const auto& kept : revision.kept) {
    message +=
        fmt::format("{}{} {}", separator, kept.fact, value_text(kept.value, kept.rounding, ""));
    separator = ", ";
    sides.push_back(kept);
  }
  for (std::size_t index = 0; index + 1 < revision.converted.size(); index += 2) {
    message += fmt::format("{}{} (in other units)", separator, revision.converted[index].fact);
    separator = ", ";
    sides.push_back(revision.converted[index]);
    sides.push_back(revision.converted[index + 1]);
  }
  Contradiction made = contradiction(
      "rewritten", sides, message,
      "numbers side by side in a row are read as of one measurement: part of them is of another "
      "date, and so of other code or hardware");
  made.fact = revision.changed.front().fact;
  found.push_back(std::move(made));
}

/// Facts of one row and page by date.
void compare_versions(const Statements& of_row, std::vector<Contradiction>& found) {
  std::map<std::string, std::map<std::string, std::map<std::string, Statement>>> versions;
  for (const auto& statement : of_row) {
    if (!statement.of.empty() || !statement.value.is_number() || statement.place.date.empty()) {
      continue;
    }
    versions[statement.place.file][statement.place.date].emplace(statement.fact, statement);
  }
  for (const auto& [file, dates] : versions) {
    for (auto newer = dates.begin(); newer != dates.end(); ++newer) {
      if (newer == dates.begin()) continue;
      Revision revision;
      for (const auto& [fact, old_value] : std::prev(newer)->second) {
        const auto new_value = newer->second.find(fact);
        if (new_value == newer->second.end()) continue;
        if (agree(old_value, new_value->second)) {
          revision.kept.push_back(new_value->second);
          continue;
        }
        const bool converted = unit_factor(old_value, new_value->second).has_value();
        Statements& target = converted ? revision.converted : revision.changed;
        target.push_back(old_value);
        target.push_back(new_value->second);
      }
      compare_revision(revision, found);
    }
  }
}

/// The newest statement of a fact with a value, and one that says there is none.
struct Latest {
  std::optional<Statement> value;
  std::optional<Statement> absence;
};

Latest latest(const Statements& of_row, std::string_view of, std::string_view fact) {
  Statements matching;
  for (const auto& statement : of_row) {
    if (statement.of == of && statement.fact == fact) matching.push_back(statement);
  }
  Latest result;
  for (const auto& statement : newest(matching)) {
    (statement.value.is_null() ? result.absence : result.value) = statement;
  }
  return result;
}

/// Rule comparator: a number that is published to be compared, and nothing to compare it with.
void compare_with_sibling(const Statements& of_row, std::vector<Contradiction>& found) {
  Statements sides;
  std::string facts;
  for (const auto* fact : {"memory", "fps"}) {
    const Latest own = latest(of_row, "", fact);
    const Latest other = latest(of_row, "sibling", fact);
    if (!own.value || other.value || !other.absence) continue;
    sides.push_back(*own.value);
    sides.push_back(*other.absence);
    facts += fmt::format("{}{}", facts.empty() ? "" : " and ", fact);
  }
  if (sides.empty()) return;
  found.push_back(contradiction(
      "comparator", sides, facts + ": published here, absent on the sibling of the same schedule",
      "what FP16 saves is a ratio, and one of its two sides is missing"));
}

/// Rule parity: the row and its sibling against the difference that a source calls none.
void compare_parity(const Statements& of_row, std::vector<Contradiction>& found) {
  const auto own = latest(of_row, "", "miou").value;
  const auto sibling = latest(of_row, "sibling", "miou").value;
  const auto allowed = latest(of_row, "", "parity.tolerance").value;
  if (!own || !sibling || !allowed || !allowed->value.is_number()) return;
  if (!own->value.is_number() || !sibling->value.is_number()) return;
  constexpr double kBinaryNoise = 1e-9;
  const double difference = own->value.get<double>() - sibling->value.get<double>();
  if (std::fabs(difference) <= allowed->value.get<double>() + kBinaryNoise) return;
  found.push_back(contradiction(
      "parity", {*own, *sibling, *allowed},
      fmt::format("miou differs from the sibling's by {} points, more than {} as printed",
                  signed_text(difference), value_text(allowed->value, allowed->rounding, "")),
      "a difference above what the publisher calls none is either a cost of FP16 or the noise of "
      "single runs; the table does not say which"));
}

}  // namespace

std::vector<Contradiction> compare_statements(const Statements& statements) {
  std::vector<std::string> rows;
  std::map<std::string, Statements> by_row;
  for (const auto& statement : statements) {
    if (!by_row.contains(statement.row)) rows.push_back(statement.row);
    by_row[statement.row].push_back(statement);
  }
  std::vector<Contradiction> found;
  for (const auto& row : rows) {
    std::map<std::pair<std::string, std::string>, Statements> facts;
    for (const auto& statement : by_row[row]) {
      facts[{statement.of, statement.fact}].push_back(statement);
    }
    for (const auto& [key, of_fact] : facts) compare_values(of_fact, found);
    compare_versions(by_row[row], found);
    compare_with_sibling(by_row[row], found);
    compare_parity(by_row[row], found);
  }
  std::vector<Contradiction> merged = merge_rows(std::move(found));
  std::ranges::stable_sort(merged, {}, &Contradiction::rule);
  return merged;
}

}  // namespace harness
