#pragma once

#include <cstdint>
#include <string>

#include "harness/base/json.h"

namespace harness {

/// Something that a dated source says of a row: what an earlier version of a page published, what a
/// script's code does, what another repository links to. `halfproof audit` holds records against
/// the claims and against each other.
struct SourceRecord {
  std::string id;    ///< Unique in the suite.
  std::string row;   ///< A row's id; "" when it is said of every row.
  std::string of;    ///< "" for the row itself, "sibling" for the row in the other arithmetic.
  std::string fact;  ///< "fps", "memory", "checkpoint", "fps.mode": docs/auditing.md lists them.
  Json value;        ///< A number, a text, a boolean; null: "the source has no such value".
  int digits = -1;   ///< Digits printed after the point; -1 for an exact value.
  std::string unit;

  std::string file;       ///< Path in the publisher's repository, or a URL.
  std::int64_t line = 0;  ///< 1-based, 0 when unknown.
  std::string version;    ///< Tag or commit; may be "" where there is a date.
  std::string date;   ///< "2021", "2021-04" or "2021-04-24"; may be "" where there is a version.
  std::string quote;  ///< The words themselves.
};

/// Reads {"id", "row", "of", "fact", "value", "digits", "unit", "source": {"file", "line",
/// "version", "date", "quote"}}. Throws Error(kInvalidSuite) with the path of the key.
SourceRecord source_record_from_json(const Json& value, const std::string& subject,
                                     const std::string& path);

Json to_json(const SourceRecord& record);

}  // namespace harness
