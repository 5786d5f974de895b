#include "harness/history/history.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/unicode.h"
#include "harness/history/database.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

constexpr const char* kHeaderColumns =
    "run.id, digest, verdicts_digest, started, suite, suite_digest, commit_id, dirty, hardware, "
    "exit_code, command, stages, setting";
constexpr int kHeaderCount = 13;
constexpr const char* kVerdictColumns =
    "row, claim, evidence, precision, published, measured, unit, tolerance, verdict, reason, "
    "source";

void bind_one(SQLite::Statement& statement, int place, const std::string& text) {
  statement.bind(place, repair_utf8(text));
}
void bind_one(SQLite::Statement& statement, int place, std::int64_t number) {
  statement.bind(place, number);
}
void bind_one(SQLite::Statement& statement, int place, const Json& value) {
  statement.bind(place, value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// Binds values to the statement's places, one after the other.
template <typename... Values>
void bind_all(SQLite::Statement& statement, const Values&... values) {
  int place = 0;
  (bind_one(statement, ++place, values), ...);
}

/// Binds the values, inserts them and makes the statement ready for the next ones.
template <typename... Values>
void execute(SQLite::Statement& statement, const Values&... values) {
  bind_all(statement, values...);
  statement.exec();
  statement.reset();
}

RunHeader read_header(SQLite::Statement& row) {
  RunHeader header;
  header.id = row.getColumn(0).getInt64();
  header.digest = row.getColumn(1).getString();
  header.verdicts_digest = row.getColumn(2).getString();
  header.started = row.getColumn(3).getString();
  header.suite = row.getColumn(4).getString();
  header.suite_digest = row.getColumn(5).getString();
  header.commit = row.getColumn(6).getString();
  header.dirty = row.getColumn(7).getInt() != 0;
  header.hardware = row.getColumn(8).getString();
  header.exit_code = row.getColumn(9).getInt();
  header.command = row.getColumn(10).getString();
  header.stages = row.getColumn(11).getString();
  header.setting = row.getColumn(12).getString();
  return header;
}

Json json_of(SQLite::Statement& row, int column, const fs::path& file) {
  try {
    return parse_json(row.getColumn(column).getString(), file.string());
  } catch (const Error& wrong) {
    throw Error(ErrorCode::kInvalidFile, file.string(),
                fmt::format("expected JSON as halfproof writes it, got a value that is none: {}",
                            wrong.detail()));
  }
}

/// `first`: the column of the verdict's row.
StoredVerdict read_verdict(SQLite::Statement& row, int first, const fs::path& file) {
  const auto text = [&](int column) { return row.getColumn(first + column).getString(); };
  StoredVerdict verdict;
  verdict.record.row = text(0);
  verdict.record.claim = text(1);
  verdict.record.evidence = text(2);
  verdict.record.precision = text(3);
  verdict.record.published = json_of(row, first + 4, file);
  verdict.record.measured = json_of(row, first + 5, file);
  verdict.record.unit = text(6);
  verdict.record.tolerance = json_of(row, first + 7, file);
  if (!read_name(text(8), verdict.record.verdict)) {
    throw Error(ErrorCode::kInvalidFile, file.string(),
                fmt::format("expected a verdict, got {}", for_message(text(8))));
  }
  verdict.record.reason = text(9);
  verdict.source = text(10);
  return verdict;
}

std::int64_t insert_header(SQLite::Database& database, const RunHeader& header) {
  SQLite::Statement insert(
      database,
      "INSERT INTO run (digest, verdicts_digest, started, suite, suite_digest, commit_id, dirty, "
      "hardware, exit_code, command, stages, setting) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  execute(insert, header.digest, header.verdicts_digest, header.started, header.suite,
          header.suite_digest, header.commit, std::int64_t{header.dirty}, header.hardware,
          std::int64_t{header.exit_code}, header.command, header.stages, header.setting);
  return database.getLastInsertRowid();
}

void insert_parts(SQLite::Database& database, std::int64_t id, const Parts& parts) {
  SQLite::Statement insert(database,
                           "INSERT INTO part (run, place, name, value) VALUES (?, ?, ?, ?)");
  std::int64_t place = 0;
  for (const auto& [name, value] : parts) {
    execute(insert, id, place++, name, value);
  }
}

void insert_verdicts(SQLite::Database& database, std::int64_t id,
                     const std::vector<StoredVerdict>& verdicts) {
  SQLite::Statement insert(database, fmt::format("INSERT INTO verdict (run, place, {}) VALUES "
                                                 "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                                 kVerdictColumns));
  std::int64_t place = 0;
  for (const auto& [record, source] : verdicts) {
    execute(insert, id, place++, record.row, record.claim, record.evidence, record.precision,
            record.published, record.measured, record.unit, record.tolerance,
            std::string(to_string(record.verdict)), record.reason, source);
  }
}

void insert_failed(SQLite::Database& database, std::int64_t id,
                   const std::vector<FailedExecution>& failed) {
  SQLite::Statement insert(
      database, "INSERT INTO failure (run, place, row, execution, reason) VALUES (?, ?, ?, ?, ?)");
  std::int64_t place = 0;
  for (const auto& one : failed) {
    execute(insert, id, place++, one.row, one.execution, one.reason);
  }
}

/// The run of this digest, if there is one.
std::optional<RunHeader> find_run(SQLite::Database& database, const std::string& digest) {
  SQLite::Statement query(database,
                          fmt::format("SELECT {} FROM run WHERE digest = ?", kHeaderColumns));
  bind_all(query, digest);
  if (!query.executeStep()) return std::nullopt;
  return read_header(query);
}

[[noreturn]] void refuse_other_verdicts(const RunHeader& there) {
  throw Error(
      ErrorCode::kUsage, fmt::format("run {}", there.id),
      fmt::format("expected the verdicts that the history has of the run of {}, got others: "
                  "it was judged again since; --replace takes the new ones",
                  for_message(there.started)));
}

/// Inserts the run under the id of the one that it replaces, if any.
void insert_run(SQLite::Database& database, const HistoryRun& run,
                const std::optional<RunHeader>& there) {
  std::int64_t id = 0;
  if (there) {
    for (const char* table : {"part", "verdict", "failure"}) {
      SQLite::Statement remove(database, fmt::format("DELETE FROM {} WHERE run = ?", table));
      execute(remove, there->id);
    }
    SQLite::Statement update(database,
                             "UPDATE run SET verdicts_digest = ?, exit_code = ? WHERE id = ?");
    execute(update, run.header.verdicts_digest, std::int64_t{run.header.exit_code}, there->id);
    id = there->id;
  } else {
    id = insert_header(database, run.header);
  }
  insert_parts(database, id, run.parts);
  insert_verdicts(database, id, run.verdicts);
  insert_failed(database, id, run.failed);
}

void read_details(SQLite::Database& database, const fs::path& file, HistoryRun& run) {
  SQLite::Statement parts(database, "SELECT name, value FROM part WHERE run = ? ORDER BY place");
  bind_all(parts, run.header.id);
  while (parts.executeStep()) {
    run.parts.emplace_back(parts.getColumn(0).getString(), parts.getColumn(1).getString());
  }
  SQLite::Statement verdicts(
      database,
      fmt::format("SELECT {} FROM verdict WHERE run = ? ORDER BY place", kVerdictColumns));
  bind_all(verdicts, run.header.id);
  while (verdicts.executeStep()) run.verdicts.push_back(read_verdict(verdicts, 0, file));
  SQLite::Statement failed(
      database, "SELECT row, execution, reason FROM failure WHERE run = ? ORDER BY place");
  bind_all(failed, run.header.id);
  while (failed.executeStep()) {
    run.failed.push_back({failed.getColumn(0).getString(), failed.getColumn(1).getString(),
                          failed.getColumn(2).getString()});
  }
}

}  // namespace

History::History(std::unique_ptr<HistoryDatabase> database) : database_(std::move(database)) {}
History::History(History&&) noexcept = default;
History& History::operator=(History&&) noexcept = default;
History::~History() = default;

History History::open_or_create(const fs::path& file) {
  return History(std::make_unique<HistoryDatabase>(file, HistoryDatabase::Missing::kCreate));
}

History History::open(const fs::path& file) {
  return History(std::make_unique<HistoryDatabase>(file, HistoryDatabase::Missing::kRefuse));
}

History::Added History::add(const HistoryRun& run, bool replace) {
  Added added = Added::kNew;
  database_->change([&](SQLite::Database& database) {
    const auto there = find_run(database, run.header.digest);
    if (there && there->verdicts_digest == run.header.verdicts_digest) {
      added = Added::kAlreadyThere;
      return;
    }
    if (there && !replace) refuse_other_verdicts(*there);
    if (there) added = Added::kReplaced;
    insert_run(database, run, there);
  });
  return added;
}

std::vector<RunHeader> History::runs() const {
  std::vector<RunHeader> runs;
  database_->use([&](SQLite::Database& database) {
    SQLite::Statement query(database,
                            fmt::format("SELECT {} FROM run ORDER BY started, id", kHeaderColumns));
    while (query.executeStep()) runs.push_back(read_header(query));
  });
  return runs;
}

HistoryRun History::run(std::int64_t id) const {
  HistoryRun run;
  database_->use([&](SQLite::Database& database) {
    // One state of the file, whoever writes meanwhile.
    const SQLite::Transaction transaction(database);
    SQLite::Statement query(database,
                            fmt::format("SELECT {} FROM run WHERE id = ?", kHeaderColumns));
    bind_all(query, id);
    if (!query.executeStep()) {
      throw Error(ErrorCode::kUsage, fmt::format("run {}", id),
                  fmt::format("expected a run of the history, found none of this number in {}; "
                              "`halfproof history list` shows them",
                              database_->file().string()));
    }
    run.header = read_header(query);
    read_details(database, database_->file(), run);
  });
  return run;
}

std::vector<ClaimKey> History::claims() const {
  std::vector<ClaimKey> keys;
  database_->use([&](SQLite::Database& database) {
    SQLite::Statement query(
        database,
        "SELECT DISTINCT suite, hardware, setting, row, claim, evidence, precision "
        "FROM verdict JOIN run ON run.id = verdict.run "
        "ORDER BY 1, 2, 3, 4, 5, 6, 7");
    while (query.executeStep()) {
      const auto text = [&](int column) { return query.getColumn(column).getString(); };
      keys.push_back({text(0), text(1), text(2), text(3), text(4), text(5), text(6)});
    }
  });
  return keys;
}

std::vector<TimePoint> History::time_line(const ClaimKey& key) const {
  std::vector<TimePoint> points;
  database_->use([&](SQLite::Database& database) {
    SQLite::Statement query(
        database,
        fmt::format("SELECT {}, {} FROM verdict JOIN run ON run.id = verdict.run WHERE row = ? AND "
                    "claim = ? AND precision = ? AND evidence = ? AND suite = ? AND hardware = ? "
                    "AND setting = ? "
                    "ORDER BY started, run.id, place",
                    kHeaderColumns, kVerdictColumns));
    bind_all(query, key.row, key.claim, key.precision, key.evidence, key.suite, key.hardware,
             key.setting);
    while (query.executeStep()) {
      points.push_back({read_header(query), read_verdict(query, kHeaderCount, database_->file())});
    }
  });
  return points;
}

}  // namespace harness
