#include "harness/history/database.h"

#include <sqlite3.h>

#include <chrono>
#include <cstring>
#include <string>
#include <thread>

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/history/schema.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kPatience{30'000};
constexpr milliseconds kPause{20};

[[noreturn]] void refuse_file(const fs::path& file, const std::string& detail) {
  throw Error(ErrorCode::kInvalidFile, file.string(), detail);
}

/// What the system said last, where it said something: "File too large".
std::string system_text(SQLite::Database* database) {
  const int error = database == nullptr ? 0 : sqlite3_system_errno(database->getHandle());
  return error == 0 ? "" : fmt::format(" ({})", std::strerror(error));
}

/// What to do about a refusal of the system; "" where the file itself is at fault.
std::string advice_on(int code) {
  switch (code) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
      return "nothing was added; make room on the disk, if that is what it lacks, and do it again";
    case SQLITE_BUSY:
      return "another process has held the history for 30 s; do it again when that has ended";
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "the file and its folder must be there and be writable, for the log beside it";
    default:
      return "";
  }
}

[[noreturn]] void fail(const fs::path& file, const SQLite::Exception& wrong,
                       SQLite::Database* database) {
  const std::string said = wrong.what() + system_text(database);
  const std::string advice = advice_on(wrong.getErrorCode());
  if (!advice.empty()) {
    throw Error(ErrorCode::kIo, file.string(), fmt::format("{}; {}", said, advice));
  }
  if (wrong.getErrorCode() == SQLITE_NOTADB) {
    refuse_file(file,
                "expected a history of halfproof, which is an SQLite database, got a file that is "
                "none; name another");
  }
  refuse_file(file,
              fmt::format("expected a whole history, got one that cannot be used: {}; restore "
                          "a copy, or begin another file",
                          said));
}

/// The busy timeout does not hold for the change of the journal, which two processes may want at
/// once while the file is new.
void set_journal(SQLite::Database& database) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (const SQLite::Exception& wrong) {
      if (wrong.getErrorCode() != SQLITE_BUSY || std::chrono::steady_clock::now() > end) throw;
    }
    std::this_thread::sleep_for(kPause);
  }
}

int number_of(SQLite::Database& database, const char* query) {
  return database.execAndGet(query).getInt();
}

void require_ours(SQLite::Database& database, const fs::path& file) {
  // One state of the file: another process may be filling it.
  const SQLite::Transaction transaction(database);
  const int application = number_of(database, "PRAGMA application_id");
  if (application == kHistoryApplication) return;
  if (application == 0 && number_of(database, "SELECT count(*) FROM sqlite_schema") == 0) return;
  refuse_file(file,
              "expected a history of halfproof, got a database of another program; name "
              "another file");
}

int require_known_version(SQLite::Database& database, const fs::path& file) {
  const int version = number_of(database, "PRAGMA user_version");
  if (version >= 0 && version <= static_cast<int>(kHistoryVersions)) return version;
  refuse_file(file, fmt::format("expected a history of version {} or older, got version {}; use "
                                "the halfproof that wrote it, or a later one",
                                kHistoryVersions, version));
}

/// Must be called within a transaction that writes: another process may have done it meanwhile.
void bring_up_to_date(SQLite::Database& database, const fs::path& file) {
  const int version = require_known_version(database, file);
  if (version == 0) {
    database.exec(fmt::format("PRAGMA application_id = {}", kHistoryApplication));
  }
  for (auto step = static_cast<std::size_t>(version); step < kHistoryVersions; ++step) {
    database.exec(std::string(history_migrations()[step]));
  }
  database.exec(fmt::format("PRAGMA user_version = {}", kHistoryVersions));
}

void make_folder_of(const fs::path& file) {
  std::error_code failure;
  fs::create_directories(fs::absolute(file).parent_path(), failure);
  if (failure) {
    throw Error(ErrorCode::kIo, file.string(),
                fmt::format("its folder cannot be made: {}; name another file", failure.message()));
  }
}

std::unique_ptr<SQLite::Database> open(const fs::path& file, HistoryDatabase::Missing missing) {
  const int create = missing == HistoryDatabase::Missing::kCreate ? SQLite::OPEN_CREATE : 0;
  // An absolute path: ":memory:" and "file:..." are names like others.
  return std::make_unique<SQLite::Database>(fs::absolute(file).string(),
                                            SQLite::OPEN_READWRITE | create,
                                            static_cast<int>(kPatience.count()));
}

}  // namespace

HistoryDatabase::HistoryDatabase(fs::path file, Missing missing) : file_(std::move(file)) {
  if (missing == Missing::kRefuse && !fs::exists(file_)) {
    throw Error(ErrorCode::kIo, file_.string(),
                "expected a history, found no file; `halfproof history add` makes it");
  }
  if (missing == Missing::kCreate) make_folder_of(file_);
  try {
    database_ = open(file_, missing);
  } catch (const SQLite::Exception& wrong) {
    fail(file_, wrong, nullptr);
  }
  use([this](SQLite::Database& database) {
    // A file that was made to harm: no functions in its views, no writing to its schema.
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    database.exec("PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON");
    require_ours(database, file_);
    set_journal(database);
    database.exec("PRAGMA synchronous = FULL");
  });
  bool is_current = false;
  use([&](SQLite::Database& database) {
    is_current = require_known_version(database, file_) == static_cast<int>(kHistoryVersions);
  });
  if (is_current) return;
  change([this](SQLite::Database& database) { bring_up_to_date(database, file_); });
}

void HistoryDatabase::use(const std::function<void(SQLite::Database&)>& work) const {
  try {
    work(*database_);
  } catch (const SQLite::Exception& wrong) {
    fail(file_, wrong, database_.get());
  }
}

void HistoryDatabase::change(const std::function<void(SQLite::Database&)>& work) const {
  use([&](SQLite::Database& database) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    work(database);
    transaction.commit();
  });
}

}  // namespace harness
