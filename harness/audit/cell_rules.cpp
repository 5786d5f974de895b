#include "harness/audit/cell_rules.h"

#include <fmt/format.h>

#include "harness/base/measurement.h"

namespace harness {
namespace {

/// A refused cell as a claim quotes it.
struct Cell {
  std::string text;
  std::string expected;
  bool impossible = false;
  Quote place;
};

/// The refused cell of a claim; nothing where there is none, or something else stands there.
std::optional<Cell> refused_cell(const Claim& claim) {
  const Json* unread = find_at(claim.conditions, {"unread"});
  if (unread == nullptr || !unread->is_object()) return std::nullopt;
  const Json* impossible = find_at(*unread, {"impossible"});
  return Cell{text_at(*unread, {"cell"}),
              text_at(*unread, {"expected"}),
              impossible != nullptr && *impossible == true,
              {"", text_at(*unread, {"file"}), count_at(*unread, {"line"}).value_or(0),
               text_at(*unread, {"column"}), "", "", ""}};
}

}  // namespace

std::vector<Contradiction> audit_cells(const Suite& suite) {
  std::vector<Contradiction> found;
  for (const Row& row : suite.rows) {
    for (const Claim& claim : row.claims) {
      const auto cell = refused_cell(claim);
      if (!cell || !cell->impossible) continue;
      Quote printed = cell->place;
      printed.says = fmt::format("{} {}", claim.id, cell->text);
      Quote column = cell->place;
      column.says = fmt::format("the column is of {}", cell->expected);
      found.push_back(
          {"cell",
           {row.id},
           claim.id,
           fmt::format("{}: expected {}, the page prints {}", claim.id, cell->expected, cell->text),
           "a number without its column's unit, or a link to another kind of file, says "
           "nothing that can be checked",
           {std::move(printed), std::move(column)}});
    }
  }
  return found;
}

std::vector<Unseen> unread_cells(const Suite& suite) {
  std::vector<Unseen> unread;
  for (const Row& row : suite.rows) {
    for (const Claim& claim : row.claims) {
      const auto cell = refused_cell(claim);
      if (!cell || cell->impossible) continue;
      unread.push_back(
          {row.id, place_of(cell->place),
           fmt::format("{}: expected {}, got \"{}\"", claim.id, cell->expected, cell->text)});
    }
  }
  return unread;
}

}  // namespace harness
