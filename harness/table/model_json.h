#pragma once

#include <string_view>

#include "harness/base/json.h"
#include "harness/table/model_spec.h"

namespace harness {

/// Refuses what a suite may not state of a model: an unknown key, a wrong type, a number out of
/// bounds. `path` is where `model` stands in the file. Throws Error(kInvalidSuite).
void check_stated_model(const Json& model, std::string_view subject, std::string_view path);

/// Reads the facts of `model` ({"backbone", "decode_head", "auxiliary_head"}, any of their keys)
/// over those of `spec`. An auxiliary_head of null means that there is none.
/// Throws Error(kInvalidSuite) as above.
void read_stated_model(const Json& model, std::string_view subject, std::string_view path,
                       ModelSpec& spec);

}  // namespace harness
