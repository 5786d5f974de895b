#include "harness/report/junit.h"

#include <algorithm>

#include <fmt/format.h>

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
  return fmt::format(" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"", records.size(),
                     failures, open);
}

std::string junit_value(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string outcome_of(const VerdictRecord& record) {
  const std::string verdict(to_string(record.verdict));
  const std::string message = xml_text(fmt::format("{}: {}", verdict, record.reason));
  if (is_failure(record)) {
    return fmt::format("   <failure type=\"{}\" message=\"{}\"/>\n", verdict, message);
  }
  if (is_unverified(record.verdict)) return fmt::format("   <skipped message=\"{}\"/>\n", message);
  return "";
}

std::string case_of(std::string_view suite, const VerdictRecord& record) {
  const std::string output =
      fmt::format("{}: {}\npublished: {}\nmeasured: {}\nevidence: {} {}", to_string(record.verdict),
                  record.reason, junit_value(record.published), junit_value(record.measured),
                  record.evidence, record.precision);
  return fmt::format(
      "  <testcase classname=\"{}\" name=\"{}\">\n{}   <system-out>{}</system-out>\n  "
      "</testcase>\n",
      xml_text(fmt::format("{}.{}", suite, record.row)), xml_text(record.claim), outcome_of(record),
      xml_text(output));
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
  std::string out =
      fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\"{}>\n",
                  xml_text(suite), counts_of(all));
  for (const auto& row : by_row) {
    out += fmt::format(" <testsuite name=\"{}\"{}>\n", xml_text(row.front()->row), counts_of(row));
    for (const auto* record : row) out += case_of(suite, *record);
    out += " </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace harness
