#include "harness/table/import/merge_rows.h"

#include <algorithm>
#include <cmath>

#include "harness/base/error.h"
#include "harness/table/import/link.h"
#include "harness/table/json_checks.h"

namespace harness {
namespace {

bool agree(const PublishedFact& a, const PublishedFact& b) {
  if (!a.value.is_number() || !b.value.is_number()) return a.value == b.value;
  // The last bits of two decimal fractions are no disagreement.
  constexpr double kSlack = 1e-9;
  const double first = a.value.get<double>();
  const double second = b.value.get<double>();
  return std::abs(first - second) <= a.rounding + b.rounding + kSlack * std::abs(first);
}

Json record_of(const PublishedFact& fact) {
  return {{"value", fact.value}, {"file", fact.source.file}, {"line", fact.source.line}};
}

void merge_fact(PublishedFact& table, const PublishedFact& metafile) {
  if (metafile.value.is_null()) return;
  if (table.value.is_null()) {
    const Json conditions = table.conditions;
    table = metafile;
    table.conditions.update(conditions);
    return;
  }
  Json conditions = metafile.conditions;
  conditions.update(table.conditions);
  table.conditions = std::move(conditions);
  if (!agree(table, metafile)) table.conditions["metafile"] = record_of(metafile);
}

/// The timing that the table's fps agrees with, else the first.
const PublishedFact& matching_timing(const PublishedFact& table, const PublishedRow& metafile) {
  const PublishedFact& first = metafile.facts.at("fps");
  if (table.value.is_null() || agree(table, first)) return first;
  const auto found = std::find_if(metafile.other_timings.begin(), metafile.other_timings.end(),
                                  [&](const PublishedFact& other) { return agree(table, other); });
  return found == metafile.other_timings.end() ? first : *found;
}

void merge_files(PublishedRow& table, const PublishedRow& metafile) {
  if (table.config.empty()) table.config = metafile.config;
  if (table.log.empty()) table.log = metafile.log;
  if (metafile.checkpoint.empty() || table.checkpoint == metafile.checkpoint) return;
  if (table.checkpoint.empty()) {
    table.checkpoint = metafile.checkpoint;
    table.files_source = metafile.files_source;
    return;
  }
  Json record = record_of(metafile.facts.at("hash"));
  record["url"] = metafile.checkpoint;
  table.facts["hash"].conditions["metafile"] = std::move(record);
}

void merge_row(PublishedRow& table, const PublishedRow& metafile) {
  for (const auto& [id, fact] : metafile.facts) {
    PublishedFact& own = table.facts[id];
    merge_fact(own, id == "fps" ? matching_timing(own, metafile) : fact);
  }
  merge_files(table, metafile);
  if (table.backbone.empty()) table.backbone = metafile.backbone;
}

}  // namespace

void merge_metafile(std::vector<PublishedRow>& rows, const std::vector<PublishedRow>& metafile) {
  for (const PublishedRow& entry : metafile) {
    const auto found = std::find_if(rows.begin(), rows.end(),
                                    [&](const PublishedRow& row) { return row.id == entry.id; });
    if (found == rows.end()) {
      rows.push_back(entry);
    } else {
      merge_row(*found, entry);
    }
  }
}

void separate_duplicates(std::vector<PublishedRow>& rows) {
  std::map<std::string, int> uses;
  for (const PublishedRow& row : rows) ++uses[row.id];
  for (PublishedRow& row : rows) {
    const std::string stem = model_stem(row.checkpoint);
    if (uses[row.id] > 1 && is_name(stem)) row.id = stem;
  }
  std::map<std::string, const PublishedRow*> seen;
  for (const PublishedRow& row : rows) {
    const auto [first, is_new] = seen.emplace(row.id, &row);
    if (is_new) continue;
    throw Error(ErrorCode::kInvalidTable, row.place,
                "expected each model once, got " + in_quotes(row.id) + " here and at " +
                    first->second->place);
  }
}

}  // namespace harness
