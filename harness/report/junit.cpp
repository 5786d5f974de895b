#include "harness/report/junit.h"

#include <algorithm>

#include "harness/report/summary.h"
#include "harness/report/xml_text.h"

namespace harness {
namespace {

using Records = std::vector<const VerdictRecord*>;

bool is_failure(const VerdictRecord& record) {
  return record.verdict == Verdict::kFail || record.verdict == Verdict::kXpass;
}

std::string counts_of(const Records& records) {
  const auto failures = std::count_if(records.begin(), records.end(),
                                      [](const auto* record) { return is_failure(*record); });
  const auto open = std::count_if(records.begin(), records.end(), [](const auto* record) {
    return is_unverified(record->verdict);
  });
  return " tests=\"" + std::to_string(records.size()) + "\" failures=\"" +
         std::to_string(failures) + "\" errors=\"0\" skipped=\"" + std::to_string(open) + "\"";
}

std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string outcome_of(const VerdictRecord& record) {
  const std::string verdict(to_string(record.verdict));
  const std::string message = xml_text(verdict + ": " + record.reason);
  if (is_failure(record)) {
    return "   <failure type=\"" + verdict + "\" message=\"" + message + "\"/>\n";
  }
  if (is_unverified(record.verdict)) return "   <skipped message=\"" + message + "\"/>\n";
  return "";
}

std::string case_of(std::string_view suite, const VerdictRecord& record) {
  const std::string output = std::string(to_string(record.verdict)) + ": " + record.reason +
                             "\npublished: " + value_text(record.published) +
                             "\nmeasured: " + value_text(record.measured) +
                             "\nevidence: " + record.evidence + " " + record.precision;
  return "  <testcase classname=\"" + xml_text(std::string(suite) + "." + record.row) +
         "\" name=\"" + xml_text(record.claim) + "\">\n" + outcome_of(record) + "   <system-out>" +
         xml_text(output) + "</system-out>\n  </testcase>\n";
}

}  // namespace

std::string junit_report(std::string_view suite, const std::vector<VerdictRecord>& records) {
  Records all;
  std::vector<Records> by_row;
  for (const auto& record : records) {
    if (by_row.empty() || by_row.back().front()->row != record.row) by_row.emplace_back();
    by_row.back().push_back(&record);
    all.push_back(&record);
  }
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"" +
                    xml_text(suite) + "\"" + counts_of(all) + ">\n";
  for (const auto& row : by_row) {
    out += " <testsuite name=\"" + xml_text(row.front()->row) + "\"" + counts_of(row) + ">\n";
    for (const auto* record : row) out += case_of(suite, *record);
    out += " </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace harness
