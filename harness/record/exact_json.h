#pragma once

#include <string>
#include <string_view>

#include "harness/base/json.h"

namespace harness {

/// JSON text that preserves numbers bit for bit: a number that is not finite, which JSON cannot
/// write, becomes {"float64": "7ff0000000000000"}, the 16 hexadecimal digits of its bits.
std::string exact_dump(const Json& value);

/// Throws Error(kInvalidJson) as parse_json(), and for a "float64" of another form.
Json parse_exact(std::string_view text, std::string_view subject);

}  // namespace harness
