#include "harness/table/suite.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/table/json_checks.h"

namespace harness {
namespace {

constexpr std::string_view kSchema = "halfproof.suite/1";
constexpr std::int64_t kLargestSide = 65536;
constexpr std::int64_t kMaxImages = 1'000'000'000;

DataSpec data_from_json(const Json& value, const std::string& subject) {
  ObjectReader reader(value, subject, "data");
  DataSpec data;
  data.layout = reader.required_string("layout");
  if (data.layout != "cityscapes") {
    reader.fail("layout", fmt::format("expected \"cityscapes\", got \"{}\"", data.layout));
  }
  data.root = reader.optional_string("root").value_or("");
  if (const Json* size = reader.optional("size")) {
    const auto [height, width] = pair_of_integers(reader, "size", *size, kLargestSide);
    data.height = height;
    data.width = width;
  }
  data.split = reader.optional_string("split").value_or("val");
  require_name(reader, "split", data.split);
  data.images = reader.optional_integer("images").value_or(0);
  if (data.images < 0 || data.images > kMaxImages) {
    reader.fail("images", fmt::format("expected 1 to {}, got {}", kMaxImages, data.images));
  }
  reader.finish();
  return data;
}

Json data_to_json(const DataSpec& data) {
  Json value = {{"layout", data.layout}};
  if (!data.root.empty()) value["root"] = data.root;
  if (data.height != 0) value["size"] = {data.height, data.width};
  if (data.split != DataSpec{}.split) value["split"] = data.split;
  if (data.images != 0) value["images"] = data.images;
  return value;
}

bool is_stated(const DataSpec& data) {
  return !data.root.empty() || data.height != 0 || data.split != DataSpec{}.split ||
         data.images != 0;
}

std::vector<Row> rows_from_json(const Json& value, const ObjectReader& reader,
                                std::string_view subject) {
  if (!value.is_array() || value.empty()) {
    reader.fail("rows", fmt::format("expected an array of at least one row, got {}",
                                    value.is_array() ? "an empty one" : describe_type(value)));
  }
  std::vector<Row> rows;
  std::set<std::string> ids;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string path = fmt::format("rows[{}]", i);
    rows.push_back(row_from_json(value[i], subject, path));
    if (!ids.insert(rows.back().id).second) {
      throw Error(
          ErrorCode::kInvalidSuite, subject,
          fmt::format("{}.id: expected each row once, got \"{}\" twice", path, rows.back().id));
    }
  }
  return rows;
}

std::vector<SourceRecord> records_from_json(const Json& value, const ObjectReader& reader,
                                            const std::string& subject,
                                            const std::vector<Row>& rows) {
  if (!value.is_array()) {
    reader.fail("records", fmt::format("expected an array, got {}", describe_type(value)));
  }
  std::vector<SourceRecord> records;
  std::set<std::string> ids;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string path = fmt::format("records[{}]", i);
    records.push_back(source_record_from_json(value[i], subject, path));
    const SourceRecord& record = records.back();
    if (!ids.insert(record.id).second) {
      throw Error(
          ErrorCode::kInvalidSuite, subject,
          fmt::format("{}.id: expected each record once, got \"{}\" twice", path, record.id));
    }
    const bool known = record.row.empty() || std::ranges::any_of(rows, [&](const Row& row) {
                         return row.id == record.row;
                       });
    if (!known) {
      throw Error(
          ErrorCode::kInvalidSuite, subject,
          fmt::format("{}.row: expected a row of the suite, got {}", path, in_quotes(record.row)));
    }
  }
  return records;
}

std::string list_ids(const std::vector<const Row*>& rows) {
  constexpr std::size_t kShown = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(rows.size(), kShown); ++i) {
    text += (i == 0 ? "" : ", ") + rows[i]->id;
  }
  if (rows.size() > kShown) text += fmt::format(" and {} more", rows.size() - kShown);
  return text;
}

}  // namespace

double Claim::rounding() const {
  return value.is_number() && digits >= 0 ? 0.5 * std::pow(10.0, -digits) : 0.0;
}

Claim Claim::as_published() const {
  Claim claim = *this;
  if (!accepted) return claim;
  claim.value = accepted->published;
  claim.digits = accepted->published_digits;
  claim.source = accepted->published_source;
  claim.accepted.reset();
  return claim;
}

const Claim* Row::find_claim(std::string_view claim_id) const {
  const auto found = std::find_if(claims.begin(), claims.end(),
                                  [&](const Claim& claim) { return claim.id == claim_id; });
  return found == claims.end() ? nullptr : &*found;
}

Policy Row::policy() const noexcept {
  return arithmetic ? arithmetic->policy : Policy::kFp32;
}

Suite suite_from_json(const Json& value, std::string_view subject) {
  ObjectReader reader(value, std::string(subject), "");
  const std::string schema = reader.required_string("schema");
  if (schema != kSchema) {
    reader.fail("schema", fmt::format("expected \"{}\", got \"{}\"", kSchema, schema));
  }
  Suite suite;
  suite.name = reader.required_string("name");
  require_name(reader, "name", suite.name);
  if (const Json* data = reader.optional("data")) {
    suite.data = data_from_json(*data, std::string(subject));
  }
  suite.rows = rows_from_json(reader.required("rows"), reader, subject);
  if (const Json* records = reader.optional("records")) {
    suite.records = records_from_json(*records, reader, std::string(subject), suite.rows);
  }
  reader.finish();
  return suite;
}

Suite read_suite(const std::filesystem::path& path) {
  constexpr std::size_t kMaxBytes = std::size_t{64} << 20;
  std::string bytes = read_file(path, kMaxBytes);
  Suite suite = suite_from_json(parse_json(bytes, path.string()), path.string());
  suite.folder = path.parent_path();
  suite.digest = sha256_hex(bytes);
  suite.bytes = std::move(bytes);
  return suite;
}

Json to_json(const Suite& suite) {
  Json value = {{"schema", kSchema}, {"name", suite.name}};
  if (is_stated(suite.data)) value["data"] = data_to_json(suite.data);
  value["rows"] = Json::array();
  for (const Row& row : suite.rows) value["rows"].push_back(to_json(row));
  if (!suite.records.empty()) value["records"] = Json::array();
  for (const auto& record : suite.records) value["records"].push_back(to_json(record));
  return value;
}

Json what_was_run(const Suite& suite, const Row& row) {
  Json parts = to_json(row);
  parts.erase("claims");
  parts.erase("sibling");
  parts["data"] = data_to_json(suite.data);
  parts["data"].erase("images");
  return parts;
}

const Row& select_row(const Suite& suite, std::string_view text) {
  std::vector<const Row*> matches;
  for (const Row& row : suite.rows) {
    if (row.id == text) return row;
    if (!text.empty() && row.id.find(text) != std::string::npos) matches.push_back(&row);
  }
  if (matches.size() == 1) return *matches.front();
  if (!matches.empty()) {
    throw Error(ErrorCode::kUsage, text,
                fmt::format("expected a part of one row's id, got a part of {}: {}", matches.size(),
                            list_ids(matches)));
  }
  for (const Row& row : suite.rows) matches.push_back(&row);
  throw Error(
      ErrorCode::kUsage, text,
      fmt::format("expected a row of the suite {}, which has {}", suite.name, list_ids(matches)));
}

std::vector<const Row*> select_rows(const Suite& suite, const std::vector<std::string>& texts) {
  std::vector<const Row*> rows;
  for (const auto& text : texts) {
    const Row& row = select_row(suite, text);
    if (std::find(rows.begin(), rows.end(), &row) == rows.end()) rows.push_back(&row);
  }
  if (texts.empty()) {
    for (const auto& row : suite.rows) rows.push_back(&row);
  }
  return rows;
}

}  // namespace harness
