#include "harness/report/history_export.h"

#include <string_view>

namespace harness {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

std::string cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char one : text) {
    if (one == '"') quoted += '"';
    quoted += one;
  }
  return quoted + '"';
}

std::string json_cell(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return cell(std::string_view(value.get_ref<const std::string&>()));
  const std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  return cell(std::string_view(text));
}

std::string line_of(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) line += (i == 0 ? "" : ",") + cells[i];
  return line + std::string(kLineEnd);
}

std::string line_of(const RunHeader& run, const VerdictRecord& record) {
  return line_of({std::to_string(run.id), cell(run.started), cell(run.suite),
                  cell(run.suite_digest), cell(run.commit), run.dirty ? "1" : "0",
                  cell(run.hardware), cell(record.row), cell(record.claim), cell(record.evidence),
                  cell(record.precision), json_cell(record.published), json_cell(record.measured),
                  cell(record.unit), std::string(to_string(record.verdict)), cell(record.reason)});
}

}  // namespace

std::string history_csv(const std::vector<HistoryRun>& runs) {
  std::string text = line_of({"run", "started", "suite", "suite_digest", "commit", "dirty",
                              "hardware", "row", "claim", "evidence", "precision", "published",
                              "measured", "unit", "verdict", "reason"});
  for (const auto& run : runs) {
    for (const auto& verdict : run.verdicts) text += line_of(run.header, verdict.record);
  }
  return text;
}

Json history_json(const std::vector<HistoryRun>& runs) {
  Json list = Json::array();
  for (const auto& run : runs) list.push_back(to_json(run));
  return {{"schema", "halfproof.history/1"}, {"runs", std::move(list)}};
}

}  // namespace harness
