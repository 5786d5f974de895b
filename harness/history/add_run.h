#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "harness/history/run_parts.h"
#include "harness/record/fields.h"
#include "harness/record/verdict.h"

namespace harness {

/// A verdict of a stored run.
struct StoredVerdict {
  VerdictRecord record;
  /// Tells measurements apart: equal for two runs when the second reused the results of the first,
  /// and so measured nothing. "" where no result is known that it rests on.
  std::string source;
};

/// What the history knows of a run without its verdicts.
struct RunHeader {
  std::int64_t id = 0;          ///< Given by the history, in the order of adding; 0 before.
  std::string digest;           ///< sha256 of run.json: what makes two runs the same.
  std::string verdicts_digest;  ///< sha256 of the verdicts as they were judged.
  std::string started;          ///< UTC, "2026-11-27T13:19:28Z".
  std::string suite;
  std::string suite_digest;
  std::string commit;    ///< 40 hex digits or "unknown".
  bool dirty = false;    ///< The checkout differed from the commit.
  std::string hardware;  ///< hardware_of(): what measurements are compared on.
  /// What the job was asked to do, as its command line says it without where results go: runs of
  /// one command are compared night by night. "" in histories of version 1.
  std::string command;
  std::string stages;  ///< "examine, evaluate"; "" in histories of version 1.
  /// Options that change what is measured: "--layout channels-last --pinned"; "" for none.
  std::string setting;
  int exit_code = 0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("run", self.id);
    visit("digest", self.digest);
    visit("verdicts_digest", self.verdicts_digest);
    visit("started", self.started);
    visit("suite", self.suite);
    visit("suite_digest", self.suite_digest);
    visit("commit", self.commit);
    visit("dirty", self.dirty);
    visit("hardware", self.hardware);
    visit("command", self.command);
    visit("stages", self.stages);
    visit("setting", self.setting);
    visit("exit", self.exit_code);
  }
};

/// A whole run.
struct HistoryRun {
  RunHeader header;
  Parts parts;
  std::vector<StoredVerdict> verdicts;
  std::vector<FailedExecution> failed;
};

/// Whether a claim may rest on results of this stage (docs/judging.md); true where that is not
/// known, so that nothing that was measured again passes for a copy.
bool rests_on(const VerdictRecord& verdict, std::string_view stage);

/// The words of a command line without the program, and without what tells where results go.
std::vector<std::string> command_words(const std::vector<std::string>& argv);

/// {"run", "started", ..., "parts": {}, "verdicts": [], "failed": []}.
Json to_json(const HistoryRun& run);

/// Reads a run directory of `halfproof run`: run.json, verdicts.json, and of the results those that
/// run.json asks for. Verdicts on claims that the job was not asked for are left out: that they are
/// skipped says nothing. Throws Error(kUsage) when DIR is no run directory or was not judged,
/// Error(kInvalidJson) or Error(kIo) when a file cannot be used.
HistoryRun read_run_to_add(const std::filesystem::path& directory);

}  // namespace harness
