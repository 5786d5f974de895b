#include "harness/report/json_report.h"

namespace harness {
namespace {

std::string as_text(const Json& document) {
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string json_report(std::string_view suite, const std::vector<VerdictRecord>& records) {
  return as_text(verdicts_document(suite, records));
}

std::string json_report(std::string_view suite, const JudgedRun& run) {
  return as_text(verdicts_document(suite, run));
}

}  // namespace harness
