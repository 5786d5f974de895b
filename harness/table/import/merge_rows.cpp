#include "harness/table/import/merge_rows.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

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
  if (metafile.value.is_null()) {
    if (table.value.is_null() && !table.conditions.contains("unread")) table = metafile;
    return;
  }
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
    const auto [own, is_new] = table.facts.try_emplace(id, PublishedFact{});
    if (is_new) own->second.source = fact.source;
    merge_fact(own->second, id == "fps" ? matching_timing(own->second, metafile) : fact);
  }
  merge_files(table, metafile);
  if (table.backbone.empty()) table.backbone = metafile.backbone;
  table.unread_links.insert(metafile.unread_links.begin(), metafile.unread_links.end());
}

}  // namespace

void merge_metafile(std::vector<PublishedRow>& rows, const std::vector<PublishedRow>& metafile) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < rows.size(); ++i) places.try_emplace(rows[i].id, i);
  for (const PublishedRow& entry : metafile) {
    const auto [found, is_new] = places.try_emplace(entry.id, rows.size());
    if (is_new) {
      rows.push_back(entry);
    } else {
      merge_row(rows[found->second], entry);
    }
  }
}

void separate_duplicates(std::vector<PublishedRow>& rows) {
  std::map<std::string, std::set<std::string>> checkpoints;
  for (const PublishedRow& row : rows) checkpoints[row.id].insert(row.checkpoint);
  for (PublishedRow& row : rows) {
    const std::string stem = model_stem(row.checkpoint);
    if (checkpoints[row.id].size() > 1 && is_name(stem)) row.id = stem;
  }
  std::set<std::string> taken;
  for (const PublishedRow& row : rows) taken.insert(row.id);
  std::set<std::string> seen;
  // What is taken stays taken: the next row of a name goes on counting where the last one stopped.
  std::map<std::string, int> counts;
  for (PublishedRow& row : rows) {
    if (seen.insert(row.id).second) continue;
    int& count = counts.try_emplace(row.id, 2).first->second;
    while (taken.contains(fmt::format("{}_{}", row.id, count))) ++count;
    row.id = fmt::format("{}_{}", row.id, count);
    taken.insert(row.id);
    seen.insert(row.id);
  }
}

}  // namespace harness
