#include "harness/history/schema.h"

namespace harness {
namespace {

// Published, measured and tolerance are JSON texts, as in verdicts.json: a value may be a number, a
// text, an object or null.
constexpr std::string_view kRunsAndVerdicts = R"sql(
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  verdicts_digest TEXT NOT NULL,
  started TEXT NOT NULL,
  suite TEXT NOT NULL,
  suite_digest TEXT NOT NULL,
  commit_id TEXT NOT NULL,
  dirty INTEGER NOT NULL,
  hardware TEXT NOT NULL,
  exit_code INTEGER NOT NULL
) STRICT;
CREATE TABLE part (
  run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE verdict (
  run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  row TEXT NOT NULL,
  claim TEXT NOT NULL,
  evidence TEXT NOT NULL,
  precision TEXT NOT NULL,
  published TEXT NOT NULL,
  measured TEXT NOT NULL,
  unit TEXT NOT NULL,
  tolerance TEXT NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (run, place)
) STRICT;
CREATE INDEX verdict_of_claim ON verdict (row, claim, precision, evidence);
CREATE TABLE failure (
  run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  row TEXT NOT NULL,
  execution TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;
)sql";

// Runs of version 1 do not say which results they kept (each counts as measured anew), nor what
// they were asked for.
constexpr std::string_view kSourcesAndCommands = R"sql(
ALTER TABLE run ADD COLUMN command TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN stages TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN setting TEXT NOT NULL DEFAULT '';
ALTER TABLE verdict ADD COLUMN source TEXT NOT NULL DEFAULT '';
CREATE INDEX run_of_suite ON run (suite, hardware, started);
)sql";

}  // namespace

const std::array<std::string_view, kHistoryVersions>& history_migrations() noexcept {
  static constexpr std::array<std::string_view, kHistoryVersions> kSteps{kRunsAndVerdicts,
                                                                         kSourcesAndCommands};
  return kSteps;
}

}  // namespace harness
