#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace harness {

/// What one place of a result sheet, or of a problem list, says.
struct SheetQuote {
  std::string says;  ///< "5.22343", "k 1536".
  std::string file;
  std::string sheet;     ///< "" when it is no worksheet.
  std::int64_t row = 0;  ///< Or line; 0 when there is none.
  std::string column;    ///< Or the problem's id; may be "".
};

/// Two places that cannot both be right.
struct SheetConflict {
  SheetQuote printed;
  SheetQuote expected;
};

/// Conflicts of one table that one rule found and one cause explains.
struct SheetFinding {
  std::string rule;  ///< docs/deepbench.md lists them: "rate", "size", ...
  std::string file;
  std::string sheet;
  std::string op;
  std::string column;
  std::string message;  ///< One sentence without its subject: "12 of 94 rates do not follow ...".
  std::string cause;    ///< What explains all of them; "" when the rule knows none.
  std::vector<SheetConflict> conflicts;  ///< At least one.
};

}  // namespace harness
