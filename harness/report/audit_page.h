#pragma once

#include <string>
#include <string_view>

#include "harness/record/contradiction.h"
#include "harness/report/terminal.h"

namespace harness {

/// What an audit found, for a terminal: how many contradictions, then each with its rows, both (or
/// all) sides quoted with file, line, version and date, and the reason of its rule; at the end what
/// was examined and what could not be.
std::string render_audit(const AuditResult& result, const TerminalStyle& style);

/// The same in a few lines, for a reader who looks for something else: how many contradictions
/// there are, and of each rule and fact the first, with the number of rows. command: quotes them
/// all.
std::string audit_summary(const AuditResult& result, std::string_view command,
                          const TerminalStyle& style);

}  // namespace harness
