#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/record/examine_record.h"
#include "harness/report/terminal.h"

namespace harness {

/// What `halfproof verify` shows about one file beside its verdicts.
struct FilePage {
  std::vector<std::pair<std::string, std::string>> facts;  ///< Name and value, in order.
  std::vector<std::string> unknown;  ///< What the file cannot say, one sentence each.
};

/// What a file says about itself; what was not recorded is left out. `row_found_by` says how its
/// row was found, or is empty.
FilePage file_page(const CheckpointRecord& checkpoint, const std::string& row_found_by);

/// Two sections for a terminal: the facts, one a line, wrapped under their value; then what the
/// file cannot say, as a list.
std::string render_file_page(const FilePage& page, const TerminalStyle& style);

/// {"facts": {name: value, ...}, "not_in_the_file": [...]}.
Json file_page_record(const FilePage& page);

}  // namespace harness
