#pragma once

#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/table/import/published_row.h"
#include "harness/table/suite.h"

namespace harness {

/// The claims of an imported row: those of docs/formats.md, each with its source and, where it is a
/// number that is measured, a tolerance with a reason.
///
/// arithmetic: the row's, after the overlay ({} when it states none). The claims about FP16 against
/// FP32 and about loss scaling exist only for a policy that computes in half or bfloat16.
/// overlay_name: how the suite names the overlay, the source of the arithmetic; "" without one.
std::vector<Claim> claims_of_row(const PublishedRow& row, const Json& arithmetic,
                                 const std::string& overlay_name);

}  // namespace harness
