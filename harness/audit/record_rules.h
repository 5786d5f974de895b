#pragma once

#include <vector>

#include "harness/audit/statement.h"
#include "harness/record/contradiction.h"

namespace harness {

/// The rules that compare what sources say about the same fact of the same row (docs/auditing.md
/// gives each with its reason): value, hash, units, rewritten, comparator, parity. None refers to a
/// particular row, page or number. Of several versions of one page the newest counts, except for
/// `units` and `rewritten`, which compare each version with the next.
std::vector<Contradiction> compare_statements(const std::vector<Statement>& statements);

}  // namespace harness
