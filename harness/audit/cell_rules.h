#pragma once

#include <vector>

#include "harness/record/contradiction.h"
#include "harness/table/suite.h"

namespace harness {

/// Rule cell: what a page prints in a column and what cannot stand there (5806 in a column of
/// gigabytes, a paper under "model"). An import refused it and left it in the claim's conditions,
/// as `unread`.
std::vector<Contradiction> audit_cells(const Suite& suite);

/// The other cells that an import could not read: how they are written says nothing against
/// anybody.
std::vector<Unseen> unread_cells(const Suite& suite);

}  // namespace harness
