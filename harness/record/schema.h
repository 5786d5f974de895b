#pragma once

#include <string_view>

#include "harness/base/json.h"

namespace harness {

/// Throws Error(kInvalidJson) unless `value` is an object whose "schema" is `schema`. advice: what
/// to do about a file of another version; it ends the message.
void require_schema(const Json& value, std::string_view schema, std::string_view subject,
                    std::string_view advice);

}  // namespace harness
