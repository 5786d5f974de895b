#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "harness/base/json.h"

namespace harness {

/// The text of a suite with another claim in the place of the one at rows[row].claims[claim], and
/// every other byte as it was, so that a diff shows that claim and nothing else. The claim is
/// indented as the file is; one that stood on one line stands on one. `text` is a suite that was
/// read (read_suite). Throws Error(kInvalidSuite) where "rows" or "claims" is written with escapes.
std::string with_claim(std::string_view text, std::size_t row, std::size_t claim,
                       const Json& replacement);

}  // namespace harness
