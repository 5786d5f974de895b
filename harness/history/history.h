#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/history/add_run.h"

namespace harness {

class HistoryDatabase;

/// What a time line is of: measurements of one claim are compared only where all of this is equal.
struct ClaimKey {
  std::string suite;
  std::string hardware;
  std::string setting;  ///< RunHeader::setting.
  std::string row;
  std::string claim;
  std::string evidence;
  std::string precision;

  auto operator<=>(const ClaimKey&) const = default;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("suite", self.suite);
    visit("hardware", self.hardware);
    visit("setting", self.setting);
    visit("row", self.row);
    visit("claim", self.claim);
    visit("evidence", self.evidence);
    visit("precision", self.precision);
  }
};

/// A claim's verdict in one run.
struct TimePoint {
  RunHeader run;
  StoredVerdict verdict;
};

/// Runs over time in one SQLite file (docs/history.md). Opening and every call throw as
/// HistoryDatabase says, and Error(kInvalidFile) for content that halfproof did not write.
class History {
 public:
  /// Opens the file, and makes it where there is none.
  static History open_or_create(const std::filesystem::path& file);
  /// Throws Error(kIo) where there is no file.
  static History open(const std::filesystem::path& file);

  History(History&&) noexcept;
  History& operator=(History&&) noexcept;
  ~History();

  enum class Added { kNew, kAlreadyThere, kReplaced };

  /// Adds a run, as one transaction. The same run with the same verdicts changes nothing; with
  /// other verdicts it throws Error(kUsage), unless these are to replace those.
  Added add(const HistoryRun& run, bool replace = false);

  /// By start, then by the order of adding.
  std::vector<RunHeader> runs() const;

  /// Throws Error(kUsage) where there is no such run.
  HistoryRun run(std::int64_t id) const;

  /// Every claim that any run has a verdict on, in order.
  std::vector<ClaimKey> claims() const;

  /// The claim's verdicts, by the start of their runs.
  std::vector<TimePoint> time_line(const ClaimKey& key) const;

 private:
  explicit History(std::unique_ptr<HistoryDatabase> database);

  std::unique_ptr<HistoryDatabase> database_;
};

}  // namespace harness
