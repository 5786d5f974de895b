#pragma once

#include <string>

#include "harness/record/contradiction.h"
#include "harness/report/terminal.h"

namespace harness {

/// What an audit found, for a terminal: how many contradictions, then each with its rows, both (or
/// all) sides quoted with file, line, version and date, and the reason of its rule; at the end what
/// was examined and what could not be.
std::string render_audit(const AuditResult& result, const TerminalStyle& style);

}  // namespace harness
