#include "harness/judge/rules/file/examined_files.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "harness/base/location.h"
#include "harness/judge/evidence.h"

namespace harness {
namespace {

Finding absence_by(const FileErrorRecord& error, const char* which) {
  const std::string text =
      error.text.empty() ? fmt::format("{}: {}", which, to_string(error.kind)) : error.text;
  if (error.kind != FileErrorKind::kUnreachable) return fail_unmeasured(text);
  return skipped(fmt::format("{}: {}", kNoNetwork, text), "network");
}

/// Whether the published file has this name: what the location's path ends in. One whose letters
/// are written as numbers ("%20") is taken to have it.
bool is_called(std::string_view location, std::string_view name) {
  if (is_url(location)) location = location.substr(0, location.find_first_of("?#"));
  const std::string_view last = location.substr(location.rfind('/') + 1);
  return last.empty() || last == name || last.find('%') != std::string_view::npos;
}

/// What was examined under another name is not the row's.
template <typename FileRecord>
void drop_other(std::optional<FileRecord>& file, const std::string& location) {
  if (file && file->stored && !is_called(location, file->name)) file.reset();
}

/// location: where the suite says that the file is published; "" for nowhere. stage: why the stage
/// left no record, if so.
template <typename FileRecord>
std::optional<Finding> absence_of(const std::optional<FileRecord>& file, const char* which,
                                  const std::string& location,
                                  const std::optional<Finding>& stage) {
  if (file && file->error) return absence_by(*file->error, which);
  if (file) return std::nullopt;
  if (location.empty()) return not_verifiable(std::string("the source publishes no ") + which);
  if (stage) return stage;
  return fail_unmeasured(
      fmt::format("examine recorded nothing of the {}, which the source publishes", which));
}

}  // namespace

const CheckpointRecord* ExaminedFiles::checkpoint() const {
  return checkpoint_absence || !record.checkpoint ? nullptr : &*record.checkpoint;
}

const LogRecord* ExaminedFiles::log() const {
  return log_absence || !record.log ? nullptr : &*record.log;
}

ExaminedFiles find_files(const ClaimContext& context) {
  ExaminedFiles files;
  const Row& row = context.row;
  const auto found = find_record<ExamineRecord>(context, "examine", "");
  if (found.record) files.record = *found.record;
  drop_other(files.record.checkpoint, row.checkpoint);
  drop_other(files.record.log, row.log);
  files.checkpoint_absence =
      absence_of(files.record.checkpoint, "checkpoint", row.checkpoint, found.absence);
  files.log_absence = absence_of(files.record.log, "log", row.log, found.absence);
  return files;
}

ExaminedFiles examined_alone(CheckpointRecord checkpoint) {
  ExaminedFiles files;
  files.record.checkpoint = std::move(checkpoint);
  files.checkpoint_absence = absence_of(files.record.checkpoint, "checkpoint", "", std::nullopt);
  files.log_absence = not_verifiable("there is no log beside the file");
  return files;
}

}  // namespace harness
