#include "harness/report/json_report.h"

namespace harness {

std::string json_report(std::string_view suite, const std::vector<VerdictRecord>& records) {
  return verdicts_document(suite, records).dump(1, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace harness
