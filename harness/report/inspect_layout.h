#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// The width that inspect_text() formats for.
inline constexpr std::size_t kColumns = 100;

/// "  label         value\n", the value cut to the rest of the line.
std::string labelled(std::string_view label, std::string_view value);

/// Items joined by ", " over as many lines as it takes, the first of them labelled. Empty for none.
std::string wrapped(std::string_view label, const std::vector<std::string>& items);

/// "1 tensor", "12,345 tensors".
std::string counted(const Json& number, std::string_view one, std::string_view many);

/// An empty line, the title, and a line for each member of `object`: text of several lines keeps
/// its lines, lists of plain values have no brackets, anything else is compact JSON.
std::string section(std::string_view title, const Json& object);

}  // namespace harness
