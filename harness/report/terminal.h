#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "harness/record/verdict.h"
#include "harness/table/suite.h"

namespace harness {

struct TerminalStyle {
  std::size_t width = 120;  ///< Columns; lines are never formatted for fewer than 70.
  bool color = false;
};

/// How to print to `descriptor` (1: standard output). The width is that of the terminal, else the
/// variable COLUMNS, else 120. Colour only on a terminal, and not when NO_COLOR is set and not
/// empty (no-color.org) or TERM is "dumb".
TerminalStyle terminal_style(int descriptor);

/// The text with the SGR code ("1;31": bold red) around it; unchanged where the style has no color.
std::string painted(std::string_view text, std::string_view code, const TerminalStyle& style);

/// The table at the end of a job: for each row a heading and a line per claim (claim, published,
/// measured, evidence, verdict, reason), then the counts, what failed and what was not verified.
///
/// Numbers have the digits that the suite says were published, measured ones one more. A reason
/// that does not fit its line is shortened for PASS and wrapped below for everything else. Where
/// three or more claims of a row were not measured for one reason, or for want of one resource,
/// they share a line at the row's end, and the reason is told once.
///
/// suite_path: how the commands in the summary name the suite.
std::string render_verdicts(const Suite& suite, const std::vector<VerdictRecord>& records,
                            const TerminalStyle& style, std::string_view suite_path = "SUITE");

}  // namespace harness
