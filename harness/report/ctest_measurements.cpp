#include "harness/report/ctest_measurements.h"

#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "harness/base/unicode.h"
#include "harness/report/xml_text.h"

namespace harness {
namespace {

void append(std::string& out, std::string_view name, const Json& value) {
  std::string_view type = "numeric/double";
  std::string text;
  if (value.is_string()) {
    type = "text/string";
    text = xml_text(value.get<std::string>());
  } else if (value.is_number() && std::isfinite(value.get<double>())) {
    text = value.dump();
  } else {
    return;
  }
  out += fmt::format("<CTestMeasurement type=\"{}\" name=\"{}\">{}</CTestMeasurement>\n", type,
                     name, text);
}

}  // namespace

std::string ctest_measurements(const VerdictRecord& record) {
  std::string out;
  append(out, "published", record.published);
  append(out, "measured", record.measured);
  if (record.tolerance.is_object()) append(out, "allowed", record.tolerance.value("abs", Json()));
  append(out, "verdict", Json(to_string(record.verdict)));
  return out;
}

std::string ctest_reason(const VerdictRecord& record) {
  return fmt::format("{}: {}\n", to_string(record.verdict), printable(record.reason));
}

}  // namespace harness
