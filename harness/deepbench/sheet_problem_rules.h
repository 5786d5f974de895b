#pragma once

#include <string>
#include <vector>

#include "harness/deepbench/problem_suite.h"
#include "harness/deepbench/result_sheet.h"
#include "harness/deepbench/sheet_finding.h"

namespace harness {

/// A list of problems that sheets are held against, and the file it came from.
struct ProblemList {
  std::string file;
  ProblemSuite suite;
};

/// "size": a row whose problem is not in the list, while one there has all of its sizes but one, at
/// most twice as large or small; of several the one nearest in that size, then in place.
/// "unlisted": a row that no problem of the list is like.
/// lists: those whose names end in the sheet's set count, all of them where it has none. Nothing is
/// found where there is no list with that operation.
std::vector<SheetFinding> find_other_sizes(const ResultSheet& sheet,
                                           const std::vector<ProblemList>& lists);

/// Is there a list for this sheet?
bool has_list(const ResultSheet& sheet, const std::vector<ProblemList>& lists);

}  // namespace harness
