#pragma once

#include <string>

#include "harness/base/json.h"
#include "harness/table/suite.h"

namespace harness {

/// Reads one claim of a row, as docs/formats.md describes it. A claim of a known id may leave out
/// its evidence. Throws Error(kInvalidSuite) with the path of the key.
Claim claim_from_json(const Json& value, const std::string& subject, const std::string& path);

Json to_json(const Claim& claim);
Json to_json(const Acceptance& accepted);
Json to_json(const Source& source);

}  // namespace harness
