#include "harness/table/import/overlay.h"

#include <set>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/table/import/link.h"
#include "harness/table/json_checks.h"

namespace harness {
namespace {

Json object_or_empty(ObjectReader& reader, std::string_view key) {
  const Json* value = reader.optional(key);
  if (value == nullptr) return Json::object();
  if (!value->is_object()) {
    reader.fail(key, fmt::format("expected an object, got {}", describe_type(*value)));
  }
  return *value;
}

/// Takes the claims out of a row's patch and brings them into the form of an object by id.
Json take_claims(Json& patch, const std::string& subject, const std::string& path) {
  const auto found = patch.find("claims");
  if (found == patch.end()) return Json::object();
  Json claims = *found;
  patch.erase("claims");
  const ObjectReader place(patch, subject, path);
  if (claims.is_object()) return claims;
  if (!claims.is_array()) {
    place.fail("claims",
               fmt::format("expected an object by id or an array, got {}", describe_type(claims)));
  }
  Json by_id = Json::object();
  for (const Json& claim : claims) {
    if (!claim.is_object() || !claim.contains("id") || !claim["id"].is_string()) {
      place.fail("claims", "expected an array of objects with an id, got " + excerpt_of(claim));
    }
    if (by_id.contains(claim["id"].get<std::string>())) {
      place.fail("claims",
                 fmt::format("expected each claim once, got {} twice", excerpt_of(claim["id"])));
    }
    by_id[claim["id"].get<std::string>()] = claim;
  }
  return by_id;
}

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, ignored] : object.items()) keys.push_back(key);
  return keys;
}

/// Completes a sibling of which only the suite is known.
void derive_sibling(Json& row, const std::string& id) {
  const auto sibling = row.find("sibling");
  if (sibling == row.end() || !sibling->is_object() || !sibling->contains("suite") ||
      sibling->contains("row")) {
    return;
  }
  const std::string derived = without_fp16(id);
  if (derived.empty()) {
    row.erase("sibling");
  } else {
    (*sibling)["row"] = derived;
  }
}

bool states_a_whole_claim(const Json& patch) {
  return patch.is_object() && patch.contains("value");
}

}  // namespace

Overlay::Overlay(const std::filesystem::path& path) : subject_(path.string()) {
  const Json file = read_json_file(path);
  ObjectReader reader(file, subject_, "");
  suite_ = object_or_empty(reader, "suite");
  defaults_ = object_or_empty(reader, "defaults");
  rows_ = object_or_empty(reader, "rows");
  reader.finish();
  if (suite_.contains("rows")) reader.fail("suite.rows", "expected rows beside suite, not in it");
  default_claims_ = take_claims(defaults_, subject_, "defaults");
  for (auto& [id, patch] : rows_.items()) {
    if (!patch.is_object()) {
      reader.fail("rows." + id, fmt::format("expected an object, got {}", describe_type(patch)));
    }
    row_claims_[id] = take_claims(patch, subject_, "rows." + id);
  }
}

void Overlay::require_rows(const std::vector<std::string>& ids) const {
  const std::set<std::string> known(ids.begin(), ids.end());
  for (const auto& [id, ignored] : rows_.items()) {
    if (known.contains(id)) continue;
    throw Error(ErrorCode::kInvalidSuite, subject_,
                fmt::format("rows: expected ids of the tables' rows ({}), got {}", list(ids),
                            in_quotes(id)));
  }
}

Json Overlay::patch_suite(Json suite) const {
  suite.merge_patch(suite_);
  return suite;
}

Json Overlay::patch_row(Json row) const {
  const Json id = row["id"];
  row.merge_patch(defaults_);
  const auto patch = rows_.find(id.get<std::string>());
  if (patch != rows_.end()) row.merge_patch(*patch);
  if (!row.contains("id") || row["id"] != id) {
    throw Error(ErrorCode::kInvalidSuite, subject_,
                fmt::format("rows.{}.id: expected the id to stay, got {}", id.get<std::string>(),
                            row.contains("id") ? excerpt_of(row["id"]) : "null"));
  }
  derive_sibling(row, id.get<std::string>());
  return row;
}

Json Overlay::patch_claims(const std::string& row_id, Json claims) const {
  for (const auto& [id, patch] : default_claims_.items()) {
    if (claims.contains(id) || states_a_whole_claim(patch)) claims.merge_patch({{id, patch}});
  }
  const auto patches = row_claims_.find(row_id);
  if (patches == row_claims_.end()) return claims;
  for (const auto& [id, patch] : patches->items()) {
    if (!claims.contains(id) && !states_a_whole_claim(patch)) {
      throw Error(ErrorCode::kInvalidSuite, subject_,
                  fmt::format("rows.{}.claims.{}: expected a claim that the row has ({}) or one "
                              "with a value",
                              row_id, id, list(keys_of(claims))));
    }
    claims.merge_patch({{id, patch}});
  }
  return claims;
}

}  // namespace harness
