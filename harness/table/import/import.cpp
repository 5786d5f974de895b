#include "harness/table/import/import.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "harness/base/content_kind.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/text.h"
#include "harness/table/claim_json.h"
#include "harness/table/import/link.h"
#include "harness/table/import/merge_rows.h"
#include "harness/table/import/metafile_rows.h"
#include "harness/table/import/overlay.h"
#include "harness/table/import/row_claims.h"
#include "harness/table/import/table_rows.h"
#include "harness/table/method_name.h"
#include "harness/table/suite.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

void append(PublishedRows& all, PublishedRows more) {
  std::move(more.rows.begin(), more.rows.end(), std::back_inserter(all.rows));
  std::move(more.notices.begin(), more.notices.end(), std::back_inserter(all.notices));
}

std::string read_page(const fs::path& path) {
  std::string text = read_file(path, kMaxPageBytes);
  refuse_utf16(text, path.string());
  return text;
}

PublishedRows read_pages(const std::vector<fs::path>& tables, const fs::path& output) {
  PublishedRows pages;
  PublishedRows metafiles;
  for (const fs::path& path : tables) {
    const PublishedPage page{path, output.parent_path()};
    const std::string extension = lower_case(path.extension().string());
    if (extension == ".md" || extension == ".markdown") {
      append(pages, rows_of_page(read_page(path), page));
    } else if (extension == ".yml" || extension == ".yaml") {
      append(metafiles, rows_of_metafile(read_page(path), page));
    } else {
      throw Error(ErrorCode::kUsage, path.string(),
                  fmt::format("expected a Markdown page (.md) or a metafile (.yml), got \"{}\"",
                              extension));
    }
  }
  separate_duplicates(pages.rows);
  separate_duplicates(metafiles.rows);
  merge_metafile(pages.rows, metafiles.rows);
  append(pages, {{}, std::move(metafiles.notices)});
  return pages;
}

/// The depth in a backbone as tables write it: "R-101-D8", "R-50w8-D8" and, before 0.5, "r50"; null
/// for others.
Json depth_of(const std::string& backbone) {
  for (const int depth : {50, 101, 152}) {
    if (backbone == fmt::format("r{}", depth)) return depth;
    const std::string prefix = fmt::format("R-{}", depth);
    if (!backbone.starts_with(prefix)) continue;
    const std::string rest = backbone.substr(prefix.size());
    if (rest.empty() || rest[0] == '-' || rest[0] == 'w') return depth;
  }
  return nullptr;
}

Json model_of(const PublishedRow& row) {
  Json model = Json::object();
  if (const auto head = head_of_method(row.method)) model["decode_head"] = {{"type", *head}};
  const Json depth = depth_of(row.backbone);
  if (!depth.is_null()) model["backbone"] = {{"depth", depth}};
  return model;
}

Json recipe_of(const PublishedRow& row) {
  Json recipe = Json::object();
  const auto iterations = row.facts.find("config.iterations");
  if (iterations != row.facts.end() && !iterations->second.value.is_null()) {
    recipe["iterations"] = iterations->second.value;
  }
  const auto crop = row.facts.find("config.crop");
  if (crop != row.facts.end() && crop->second.value.is_string()) {
    const auto size = parse_size(crop->second.value.get<std::string>());
    if (size) recipe["crop"] = {size->first, size->second};
  }
  return recipe;
}

/// What the pages say of a row, without its claims.
Json base_row(const PublishedRow& row) {
  Json value = {{"id", row.id}, {"method", row.method}};
  const Json model = model_of(row);
  if (!model.empty()) value["model"] = model;
  if (!row.checkpoint.empty()) value["checkpoint"] = {{"url", row.checkpoint}};
  if (!row.log.empty()) value["log"] = {{"url", row.log}};
  if (!row.config.empty()) value["config"] = {{"url", row.config}};
  const Json recipe = recipe_of(row);
  if (!recipe.empty()) value["recipe"] = recipe;
  return value;
}

Json claims_by_id(const PublishedRow& row, const std::optional<Arithmetic>& arithmetic,
                  const std::string& overlay_name) {
  Json claims = Json::object();
  for (const Claim& claim : claims_of_row(row, arithmetic, overlay_name)) {
    claims[claim.id] = to_json(claim);
  }
  return claims;
}

/// output, path: the suite's file and where the row will stand in it, for messages.
Json import_row(const PublishedRow& row, const Overlay& overlay, const std::string& overlay_name,
                const std::string& output, const std::string& path) {
  Json value = overlay.patch_row(base_row(row));
  std::optional<Arithmetic> arithmetic;
  if (value.is_object() && value.contains("arithmetic")) {
    arithmetic = arithmetic_from_json(value["arithmetic"], output, path + ".arithmetic");
  }
  const Json claims = overlay.patch_claims(row.id, claims_by_id(row, arithmetic, overlay_name));
  value["claims"] = Json::array();
  for (const auto& [id, patched] : claims.items()) {
    Json claim = patched;
    if (claim.is_object() && !claim.contains("id")) claim["id"] = id;
    value["claims"].push_back(std::move(claim));
  }
  return value;
}

std::vector<std::string> ids_of(const std::vector<PublishedRow>& rows) {
  std::vector<std::string> ids;
  for (const PublishedRow& row : rows) ids.push_back(row.id);
  return ids;
}

}  // namespace

ImportedSuite import_suite(const std::vector<fs::path>& tables, const fs::path& overlay_path,
                           const fs::path& output) {
  if (tables.empty()) {
    throw Error(ErrorCode::kUsage, "import", "expected at least one table, got none");
  }
  const Overlay overlay = overlay_path.empty() ? Overlay() : Overlay(overlay_path);
  const std::string overlay_name =
      overlay_path.empty() ? "" : relative_to(overlay_path, output.parent_path());
  PublishedRows published = read_pages(tables, output);
  const auto& rows = published.rows;
  if (rows.empty()) {
    require_readable(published.notices);
    throw Error(ErrorCode::kInvalidTable, tables.front().string(),
                "expected at least one row in the table, got none");
  }
  overlay.require_rows(ids_of(rows));
  Json suite =
      overlay.patch_suite({{"schema", "halfproof.suite/1"}, {"name", output.stem().string()}});
  suite["rows"] = Json::array();
  for (const PublishedRow& row : rows) {
    const std::string path = fmt::format("rows[{}]", suite["rows"].size());
    suite["rows"].push_back(import_row(row, overlay, overlay_name, output.string(), path));
  }
  return {to_json(suite_from_json(suite, output.string())), std::move(published.notices)};
}

}  // namespace harness
