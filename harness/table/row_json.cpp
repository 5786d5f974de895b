#include <cmath>
#include <set>

#include <fmt/format.h>
#include "harness/base/error.h"

#include "harness/table/claim_json.h"
#include "harness/table/json_checks.h"
#include "harness/table/model_json.h"
#include "harness/table/suite.h"

namespace harness {
namespace {

constexpr std::int64_t kMaxSide = 65536;
constexpr std::int64_t kMaxCount = std::int64_t{1} << 40;

Json recipe_from_json(const Json& value, const std::string& subject, const std::string& path) {
  ObjectReader reader(value, subject, path);
  for (const char* key : {"iterations", "batch"}) {
    if (const auto count = reader.optional_integer(key)) {
      require_between(reader, key, *count, 1, kMaxCount);
    }
  }
  const auto lr = reader.optional_number("lr");
  if (lr.has_value() && !(*lr > 0.0 && std::isfinite(*lr))) {
    reader.fail("lr", fmt::format("expected a finite number above 0, got {:f}", *lr));
  }
  if (const Json* crop = reader.optional("crop")) {
    pair_of_integers(reader, "crop", *crop, kMaxSide);
  }
  reader.optional_string("pretrained");
  reader.finish();
  return value;
}

/// The URL of `{"url": ...}` under `key`; "" when the key is absent.
std::string url_of(ObjectReader& row, std::string_view key, const std::string& subject) {
  const Json* value = row.optional(key);
  if (value == nullptr) return "";
  ObjectReader reader(*value, subject, row.path_of(key));
  std::string url = require_text(reader, "url");
  reader.finish();
  return url;
}

void read_sibling(ObjectReader& reader, Row& row, const std::string& subject) {
  const Json* value = reader.optional("sibling");
  if (value == nullptr) return;
  ObjectReader sibling(*value, subject, reader.path_of("sibling"));
  row.sibling_suite = sibling.required_string("suite");
  require_name(sibling, "suite", row.sibling_suite);
  row.sibling_row = sibling.required_string("row");
  require_name(sibling, "row", row.sibling_row);
  sibling.finish();
}

void read_claims(ObjectReader& reader, Row& row, const std::string& subject) {
  const Json& claims = reader.required("claims");
  if (!claims.is_array()) {
    reader.fail("claims", fmt::format("expected an array, got {}", describe_type(claims)));
  }
  std::set<std::string> ids;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const std::string path = fmt::format("{}[{}]", reader.path_of("claims"), i);
    row.claims.push_back(claim_from_json(claims[i], subject, path));
    if (!ids.insert(row.claims.back().id).second) {
      throw Error(ErrorCode::kInvalidSuite, subject,
                  fmt::format("{}.id: expected each claim once in a row, got \"{}\" twice", path,
                              row.claims.back().id));
    }
  }
}

}  // namespace

Row row_from_json(const Json& value, std::string_view subject, std::string_view path) {
  const std::string file(subject);
  ObjectReader reader(value, file, std::string(path));
  Row row;
  row.id = reader.required_string("id");
  require_name(reader, "id", row.id);
  row.method = require_text(reader, "method");
  if (const Json* model = reader.optional("model")) {
    check_stated_model(*model, file, reader.path_of("model"));
    row.model = *model;
  }
  if (const Json* arithmetic = reader.optional("arithmetic")) {
    row.arithmetic = arithmetic_from_json(*arithmetic, file, reader.path_of("arithmetic"));
  }
  row.checkpoint = url_of(reader, "checkpoint", file);
  row.log = url_of(reader, "log", file);
  row.config = url_of(reader, "config", file);
  read_sibling(reader, row, file);
  if (const Json* recipe = reader.optional("recipe")) {
    row.recipe = recipe_from_json(*recipe, file, reader.path_of("recipe"));
  }
  read_claims(reader, row, file);
  reader.finish();
  return row;
}

Json to_json(const Row& row) {
  Json value = {{"id", row.id}, {"method", row.method}};
  if (!row.model.empty()) value["model"] = row.model;
  if (row.arithmetic) value["arithmetic"] = to_json(*row.arithmetic);
  if (!row.checkpoint.empty()) value["checkpoint"] = {{"url", row.checkpoint}};
  if (!row.log.empty()) value["log"] = {{"url", row.log}};
  if (!row.config.empty()) value["config"] = {{"url", row.config}};
  if (!row.sibling_row.empty()) {
    value["sibling"] = {{"suite", row.sibling_suite}, {"row", row.sibling_row}};
  }
  if (!row.recipe.empty()) value["recipe"] = row.recipe;
  value["claims"] = Json::array();
  for (const Claim& claim : row.claims) value["claims"].push_back(to_json(claim));
  return value;
}
}  // namespace harness
