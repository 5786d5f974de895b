#include "harness/record/contradiction.h"

#include <algorithm>

#include <fmt/format.h>

namespace harness {
namespace {

Json to_json(const Quote& quote) {
  Json value = {{"says", quote.says}, {"file", quote.file}};
  if (quote.line > 0) value["line"] = quote.line;
  if (!quote.column.empty()) value["column"] = quote.column;
  value["version"] = quote.version.empty() ? Json() : Json(quote.version);
  value["date"] = quote.date.empty() ? Json() : Json(quote.date);
  if (!quote.text.empty()) value["text"] = quote.text;
  return value;
}

Json to_json(const Contradiction& contradiction) {
  Json quotes = Json::array();
  for (const auto& quote : contradiction.quotes) quotes.push_back(to_json(quote));
  return {{"rule", contradiction.rule},     {"rows", contradiction.rows},
          {"fact", contradiction.fact},     {"message", contradiction.message},
          {"reason", contradiction.reason}, {"quotes", quotes}};
}

}  // namespace

std::string place_of(const Quote& quote) {
  std::string text = quote.file;
  if (quote.line > 0) text += fmt::format(":{}", quote.line);
  for (const std::string& part : {quote.column, quote.version, quote.date}) {
    if (!part.empty()) text += ", " + part;
  }
  return text;
}

std::vector<Contradiction> merge_rows(std::vector<Contradiction> contradictions) {
  std::vector<Contradiction> merged;
  for (auto& one : contradictions) {
    const auto same = std::ranges::find_if(merged, [&](const Contradiction& other) {
      return other.rule == one.rule && other.fact == one.fact && other.message == one.message &&
             other.quotes == one.quotes;
    });
    if (same == merged.end()) {
      merged.push_back(std::move(one));
    } else {
      same->rows.insert(same->rows.end(), one.rows.begin(), one.rows.end());
    }
  }
  return merged;
}

int exit_code(const AuditResult& result) noexcept {
  return result.contradictions.empty() ? 0 : 1;
}

Json to_json(const AuditResult& result) {
  Json counts = Json::object();
  Json contradictions = Json::array();
  for (const auto& one : result.contradictions) {
    counts[one.rule] = counts.value(one.rule, 0) + 1;
    contradictions.push_back(to_json(one));
  }
  Json unseen = Json::array();
  for (const auto& one : result.unseen) {
    unseen.push_back({{"row", one.row}, {"what", one.what}, {"reason", one.reason}});
  }
  return {{"schema", "halfproof.audit/1"},    {"suite", result.suite},
          {"exit", exit_code(result)},        {"counts", counts},
          {"contradictions", contradictions}, {"unseen", unseen},
          {"looked_at", result.looked_at}};
}

}  // namespace harness
