#include "harness/history/database.h"

#include <filesystem>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/history/schema.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;
using Missing = HistoryDatabase::Missing;

class Database : public testing::Test {
 protected:
  /// "<code>: <detail>" of what opening it throws, "" for nothing.
  std::string refusal(Missing missing = Missing::kCreate) const {
    try {
      HistoryDatabase(file_, missing);
    } catch (const Error& wrong) {
      return std::string(to_string(wrong.code())) + ": " + wrong.detail();
    }
    return "";
  }
  void execute(const std::string& sql) const {
    SQLite::Database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(sql);
  }
  std::string value_of(const std::string& query) const {
    return SQLite::Database(file_.string(), SQLite::OPEN_READONLY).execAndGet(query).getString();
  }

  TemporaryFolder folder_;
  fs::path file_ = folder_.path() / "history.sqlite";
};

TEST_F(Database, ANewFileIsMarkedAndOfThePresentVersion) {
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(value_of("PRAGMA application_id"), std::to_string(kHistoryApplication));
  EXPECT_EQ(value_of("PRAGMA user_version"), std::to_string(kHistoryVersions));
  EXPECT_EQ(value_of("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(refusal(), "") << "opened again";
}

TEST_F(Database, AFileThatIsNotThereIsNotMadeForReading) {
  EXPECT_THAT(refusal(Missing::kRefuse), HasSubstr("io: "));
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(Database, AFolderThatIsNotThereIsMadeAsThatOfARun) {
  file_ = folder_.path() / "runs" / "history.sqlite";
  EXPECT_THAT(refusal(Missing::kRefuse), HasSubstr("io: "));
  EXPECT_FALSE(fs::exists(file_.parent_path()));
  EXPECT_EQ(refusal(), "");
  EXPECT_TRUE(fs::exists(file_));
}

TEST_F(Database, AFolderThatCannotBeMadeIsAnError) {
  write_file_atomic(folder_.path() / "runs", "a file");
  file_ = folder_.path() / "runs" / "history.sqlite";
  EXPECT_THAT(refusal(), HasSubstr("io: its folder cannot be made"));
}

TEST_F(Database, AFileThatIsNoDatabaseIsRefusedAndLeftAsItWas) {
  const std::string text(5000, 'x');
  write_file_atomic(file_, text);
  EXPECT_THAT(refusal(), HasSubstr("invalid file: "));
  EXPECT_THAT(refusal(Missing::kRefuse), HasSubstr("a file that is none"));
  EXPECT_EQ(read_file(file_), text);
}

TEST_F(Database, AnotherProgramsDatabaseIsRefusedAndLeftAsItWas) {
  execute("CREATE TABLE bookmarks (url TEXT)");
  const std::string before = read_file(file_);
  EXPECT_THAT(refusal(), HasSubstr("of another program"));
  EXPECT_EQ(read_file(file_), before);
  execute("PRAGMA application_id = 7");
  EXPECT_THAT(refusal(), HasSubstr("of another program"));
}

TEST_F(Database, ALaterVersionIsRefusedAndLeftAsItWas) {
  EXPECT_EQ(refusal(), "");
  execute("PRAGMA user_version = " + std::to_string(kHistoryVersions + 1));
  EXPECT_THAT(refusal(), HasSubstr("or a later one"));
  EXPECT_EQ(value_of("PRAGMA user_version"), std::to_string(kHistoryVersions + 1));
}

TEST_F(Database, AnEmptyFileBecomesAHistory) {
  write_file_atomic(file_, "");
  EXPECT_EQ(refusal(Missing::kRefuse), "");
  EXPECT_EQ(value_of("PRAGMA user_version"), std::to_string(kHistoryVersions));
}

TEST_F(Database, ADamagedFileIsRefused) {
  EXPECT_EQ(refusal(), "");
  std::string bytes = read_file(file_);
  for (std::size_t i = 4096; i < bytes.size(); ++i) bytes[i] = '\x7f';
  write_file_atomic(file_, bytes);
  const HistoryDatabase database(file_, Missing::kRefuse);
  try {
    database.use([](SQLite::Database& sqlite) { sqlite.execAndGet("SELECT count(*) FROM run"); });
    FAIL() << "expected an error";
  } catch (const Error& wrong) {
    EXPECT_EQ(wrong.code(), ErrorCode::kInvalidFile);
    EXPECT_THAT(wrong.detail(), HasSubstr("restore a copy"));
  }
}

TEST_F(Database, AChangeThatThrowsChangesNothing) {
  const HistoryDatabase database(file_, Missing::kCreate);
  const auto half = [](SQLite::Database& sqlite) {
    sqlite.exec("INSERT INTO part VALUES (1, 0, 'driver', '580')");
    throw Error(ErrorCode::kUsage, "half", "way");
  };
  execute(
      "INSERT INTO run (id, digest, verdicts_digest, started, suite, suite_digest, commit_id, "
      "dirty, "
      "hardware, exit_code) VALUES (1, 'd', 'v', 't', 's', 'd', 'c', 0, 'h', 0)");
  EXPECT_THROW(database.change(half), Error);
  EXPECT_EQ(value_of("SELECT count(*) FROM part"), "0");
}

}  // namespace
}  // namespace harness
