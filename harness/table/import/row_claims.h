#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/arithmetic/arithmetic.h"
#include "harness/table/import/published_row.h"
#include "harness/table/suite.h"

namespace harness {

/// The claims of an imported row: those of docs/formats.md, each with its source and, where it is a
/// number that is measured, a tolerance with a reason.
///
/// arithmetic: the row's, after the overlay; nothing when it states none. The claims about half
/// precision against FP32 exist only for a policy that computes in half or bfloat16, those about
/// the loss scale only for one that scales its loss.
/// overlay_name: how the suite names the overlay, the source of the arithmetic; "" without one.
std::vector<Claim> claims_of_row(const PublishedRow& row,
                                 const std::optional<Arithmetic>& arithmetic,
                                 const std::string& overlay_name);

}  // namespace harness
