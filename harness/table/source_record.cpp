#include "harness/table/source_record.h"

#include <cctype>
#include <cmath>

#include <fmt/format.h>

#include "harness/table/json_checks.h"

namespace harness {
namespace {

constexpr std::int64_t kMaxLine = std::int64_t{1} << 40;
constexpr std::int64_t kMaxDigits = 15;

/// "2021", "2021-04" or "2021-04-24".
bool is_date(const std::string& text) {
  constexpr std::string_view kForm = "dddd-dd-dd";
  if (text.size() != 4 && text.size() != 7 && text.size() != kForm.size()) return false;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const bool is_digit = std::isdigit(static_cast<unsigned char>(text[index])) != 0;
    if (kForm[index] == 'd' ? !is_digit : text[index] != kForm[index]) return false;
  }
  return true;
}

void read_source(const Json& value, SourceRecord& record, const std::string& subject,
                 const std::string& path) {
  ObjectReader reader(value, subject, path);
  record.file = require_text(reader, "file");
  record.line =
      require_between(reader, "line", reader.optional_integer("line").value_or(0), 0, kMaxLine);
  record.version = reader.optional_string("version").value_or("");
  record.date = reader.optional_string("date").value_or("");
  record.quote = require_text(reader, "quote");
  if (record.version.empty() && record.date.empty()) {
    reader.fail("version", "expected a version or a date, got neither");
  }
  if (!record.date.empty() && !is_date(record.date)) {
    reader.fail("date", fmt::format("expected a date as 2021, 2021-04 or 2021-04-24, got \"{}\"",
                                    record.date));
  }
  reader.finish();
}

}  // namespace

SourceRecord source_record_from_json(const Json& value, const std::string& subject,
                                     const std::string& path) {
  ObjectReader reader(value, subject, path);
  SourceRecord record;
  record.id = require_text(reader, "id");
  record.row = reader.optional_string("row").value_or("");
  record.of = reader.optional_string("of").value_or("");
  if (!record.of.empty()) require_one_of(reader, "of", record.of, {"sibling"});
  record.fact = require_text(reader, "fact");
  record.value = reader.required("value");
  const bool is_number = record.value.is_number();
  if (!is_number && !record.value.is_string() && !record.value.is_boolean() &&
      !record.value.is_null()) {
    reader.fail("value", fmt::format("expected a number, a text, true, false or null, got {}",
                                     describe_type(record.value)));
  }
  if (is_number && !std::isfinite(record.value.get<double>())) {
    reader.fail("value", "expected a finite number, got one that is not finite");
  }
  if (const auto digits = reader.optional_integer("digits")) {
    record.digits = static_cast<int>(require_between(reader, "digits", *digits, 0, kMaxDigits));
  }
  record.unit = reader.optional_string("unit").value_or("");
  read_source(reader.required("source"), record, subject, reader.path_of("source"));
  reader.finish();
  return record;
}

Json to_json(const SourceRecord& record) {
  Json value = {{"id", record.id}};
  if (!record.row.empty()) value["row"] = record.row;
  if (!record.of.empty()) value["of"] = record.of;
  value["fact"] = record.fact;
  value["value"] = record.value;
  if (record.digits >= 0) value["digits"] = record.digits;
  if (!record.unit.empty()) value["unit"] = record.unit;
  Json source = {{"file", record.file}};
  if (record.line > 0) source["line"] = record.line;
  if (!record.version.empty()) source["version"] = record.version;
  if (!record.date.empty()) source["date"] = record.date;
  source["quote"] = record.quote;
  value["source"] = source;
  return value;
}

}  // namespace harness
