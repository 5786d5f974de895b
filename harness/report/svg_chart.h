#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/record/chart.h"

namespace harness {

/// Charts below one another as one self-contained SVG document: no font, no script, no other file.
/// Series differ in colour (distinguishable with any colour vision) and in dash or place; title and
/// description serve screen readers.
///
/// Points that cannot be drawn (not finite, not above 0 on a logarithmic axis) are left out; a
/// chart without any drawable point says "no data". Texts are escaped.
std::string render_svg(std::string_view title, const std::vector<Chart>& charts);

/// The ticks of a linear axis from `low` to `high`: multiples of 1, 2 or 5 times a power of ten, at
/// most `most` + 1 of them. Empty unless low < high and both are finite.
std::vector<double> linear_ticks(double low, double high, int most);

}  // namespace harness
