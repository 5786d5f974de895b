#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include <SQLiteCpp/Database.h>

namespace harness {

/// An open SQLite file of the history, of the present schema: whoever opens an older one brings it
/// up to date first. Its journal is a write-ahead log, so that readers and a writer do not wait for
/// each other; a writer waits up to 30 s for another. What was committed survives a loss of power.
///
/// Throws Error(kInvalidFile) for a file that is no database, a damaged one, one of another program
/// or of a later version of halfproof; Error(kIo) where the system refuses: no file, no permission,
/// a full disk, another writer for too long.
class HistoryDatabase {
 public:
  /// kCreate: the file's folder too.
  enum class Missing { kCreate, kRefuse };

  HistoryDatabase(std::filesystem::path file, Missing missing);

  /// Calls `work` with the database. What SQLite throws in it leaves as Error.
  void use(const std::function<void(SQLite::Database&)>& work) const;

  /// The same as one transaction that writes: all of it happens, or nothing.
  void change(const std::function<void(SQLite::Database&)>& work) const;

  const std::filesystem::path& file() const noexcept { return file_; }

 private:
  std::filesystem::path file_;
  std::unique_ptr<SQLite::Database> database_;
};

}  // namespace harness
