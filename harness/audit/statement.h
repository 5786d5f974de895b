#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/record/contradiction.h"
#include "harness/table/suite.h"

namespace harness {

/// Something that one source says about one row, in a form in which sources can be compared.
struct Statement {
  std::string row;
  std::string of;         ///< "" for the row itself, "sibling" for the row in the other arithmetic.
  std::string fact;       ///< docs/auditing.md
  Json value;             ///< Null: the source has no value where others have one.
  double rounding = 0.0;  ///< Half of the last printed digit.
  std::string unit;
  std::string run;  ///< Time stamp in the published file's name; "" when it has none.
  Quote place;      ///< `says` is made of fact and value.
};

/// "8.64 fps", "80 %"; numbers with the digits that they were printed with.
std::string value_text(const Json& value, double rounding, const std::string& unit);

/// "fps 8.64".
Statement made(Statement statement);

/// The time stamp in a published file's name, "20200717_230921"; "" where there is none. Upstream
/// writes "_" before it, in some logs "-".
std::string run_stamp(std::string_view name);

/// Do the two values agree? Numbers may differ by their rounding.
bool agree(const Statement& a, const Statement& b);

/// Everything that the suite says: claims and their conditions, links, arithmetic and recipe, its
/// records. A record of the fact "page" says which published page an imported file is, so that
/// the claims read from it have a version and a date.
///
/// Derived facts: "hash" of every link to a checkpoint, "config.path" of every link to a config,
/// "fps.mode" of the arithmetic, "fps.resolution" of the test scale. A record of no row counts for
/// each of them.
std::vector<Statement> statements_of(const Suite& suite);

}  // namespace harness
