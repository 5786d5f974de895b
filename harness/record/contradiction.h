#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// One side of a contradiction: what a source says, and where.
struct Quote {
  std::string says;       ///< The statement in few words: "fps 8.64".
  std::string file;       ///< Path or URL.
  std::int64_t line = 0;  ///< 1-based; 0 when the file has no lines that matter.
  std::string column;     ///< Column of a table, key path of a file; may be "".
  std::string version;    ///< Tag or commit; "" when unknown.
  std::string date;       ///< "" when unknown.
  std::string text;       ///< The verbatim text; "" when `says` is all there is.

  bool operator==(const Quote&) const = default;
};

/// The place of a quote: "README.md:31, v0.18.0, 2021-10-07".
std::string place_of(const Quote& quote);

/// Two or more published facts that cannot all be true, or not of one run.
struct Contradiction {
  std::string rule;               ///< docs/auditing.md lists them: "value", "log.schedule", ...
  std::vector<std::string> rows;  ///< At least one.
  std::string fact;               ///< The subject: "fps", "learning rate".
  std::string message;            ///< One sentence.
  std::string reason;             ///< Why the rule holds.
  std::vector<Quote> quotes;      ///< At least two.
};

/// Something that an audit could not examine, and why.
struct Unseen {
  std::string row;
  std::string what;
  std::string reason;
};

struct AuditResult {
  std::string suite;
  std::vector<Contradiction> contradictions;
  std::vector<Unseen> unseen;
  std::vector<std::string> looked_at;  ///< "33 published numbers of 4 rows", "4 training logs", ...
};

/// Merges contradictions that differ only in their rows.
std::vector<Contradiction> merge_rows(std::vector<Contradiction> contradictions);

/// 1 when there is a contradiction, else 0.
int exit_code(const AuditResult& result) noexcept;

/// Schema "halfproof.audit/1": suite, exit, counts by rule, contradictions, unseen, looked_at.
Json to_json(const AuditResult& result);

}  // namespace harness
