#include "harness/record/schema.h"

#include <string>

#include <fmt/format.h>

#include "harness/base/error.h"

namespace harness {

void require_schema(const Json& value, std::string_view schema, std::string_view subject,
                    std::string_view advice) {
  const bool has_schema = value.is_object() && value.contains("schema");
  const Json found = has_schema ? value.at("schema") : Json();
  if (found == schema) return;
  throw Error(ErrorCode::kInvalidJson, subject,
              fmt::format("expected schema {}, got {}; {}", schema, found.dump(), advice));
}

}  // namespace harness
