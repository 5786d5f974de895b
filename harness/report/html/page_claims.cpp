#include "harness/report/html/page_claims.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/history/add_run.h"
#include "harness/report/html/reproduction.h"
#include "harness/report/html/script_json.h"
#include "harness/report/verdict_texts.h"
#include "harness/table/claim_kind.h"

namespace harness {
namespace {

/// Columns of claims that no cell of a table prints.
constexpr const char* kFiles = "other facts of the files";
constexpr const char* kEvaluation = "evaluation";
constexpr const char* kTraining = "training";

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// "gpu.name" and its value, for every value of an object.
void add_facts(const Json& object, const std::string& path, PageFacts& facts) {
  for (const auto& [key, value] : object.items()) {
    const std::string name = path.empty() ? key : path + "." + key;
    if (value.is_object()) {
      add_facts(value, name, facts);
    } else if (!value.is_null()) {
      facts.emplace_back(page_text(name), page_text(text_of(value)));
    }
  }
}

/// Without the clocks of the moment.
PageFacts facts_of(EnvironmentRecord environment) {
  if (environment.gpu) {
    environment.gpu->sm_clock_mhz.reset();
    environment.gpu->memory_clock_mhz.reset();
  }
  PageFacts facts;
  add_facts(record_to_json(environment), "", facts);
  return facts;
}

/// The index of an item that is added where it is new.
template <typename T>
std::int64_t index_of(std::vector<T>& list, const T& item) {
  const auto found = std::ranges::find(list, item);
  const auto index = found - list.begin();
  if (found == list.end()) list.push_back(item);
  return index;
}

PageResult page_result(const RunResult& result, std::int64_t row, PageData& page) {
  PageResult shown;
  shown.row = row;
  shown.name = page_text(run_result_name(result.stage, result.precision, result.seed));
  shown.status = to_string(result.status);
  shown.reason = page_text(result.reason);
  shown.started = page_text(result.started);
  shown.elapsed_s = result.elapsed_s;
  shown.environment = index_of(page.environments, facts_of(result.environment));
  return shown;
}

bool is_printed(const Claim& claim) {
  return claim.source.line > 0 && !claim.source.column.empty();
}

PageColumn column_of(const Claim& claim, const VerdictRecord& record) {
  if (is_printed(claim)) return {page_text(claim.source.column), true};
  if (record.evidence == "file" || record.evidence == "log") return {kFiles, false};
  return {record.evidence == "retrained" ? kTraining : kEvaluation, false};
}

/// Printed columns first, then the others, each kind in the order in which claims name them.
std::vector<PageColumn> columns_of(const ReportInput& input) {
  std::vector<PageColumn> columns;
  for (const auto& record : input.judged.verdicts) {
    const PageColumn column = column_of(claim_of(input.suite, record), record);
    const bool is_new = std::ranges::none_of(columns, [&](const PageColumn& other) {
      return other.name == column.name && other.printed == column.printed;
    });
    if (is_new) columns.push_back(column);
  }
  std::vector<PageColumn> ordered;
  for (const bool printed : {true, false}) {
    std::ranges::copy_if(columns, std::back_inserter(ordered),
                         [=](const PageColumn& column) { return column.printed == printed; });
  }
  return ordered;
}

/// Markdown without its marks and without links.
std::string plain(std::string_view markdown) {
  std::string text;
  for (std::size_t at = 0; at < markdown.size(); ++at) {
    if (markdown.substr(at).starts_with(" ([")) {
      const auto end = markdown.find("))", at);
      if (end != std::string_view::npos) {
        at = end + 1;
        continue;
      }
    }
    if (markdown[at] != '`') text += markdown[at];
  }
  return text;
}

std::string source_text(const Source& source) {
  if (source.file.empty()) return "";
  const std::string line = source.line > 0 ? fmt::format(":{}", source.line) : "";
  const std::string column = source.column.empty() ? "" : ", " + source.column;
  return page_text(source.file + line + column);
}

std::string url_of(const std::string& file) {
  const bool is_web = file.starts_with("https://") || file.starts_with("http://");
  return is_web ? page_text(file) : "";
}

void add_tolerance(const VerdictRecord& record, PageClaim& claim) {
  if (!record.tolerance.is_object()) return;
  const Json abs = record.tolerance.value("abs", Json());
  if (abs.is_number()) {
    claim.tolerance = page_text(fmt::format("± {}{}{}", short_text(abs.get<double>()),
                                            record.unit.empty() ? "" : " ", record.unit));
  }
  const Json reason = record.tolerance.value("reason", Json());
  if (reason.is_string()) claim.tolerance_reason = page_text(reason.get<std::string>());
}

void add_rested_on(const VerdictRecord& record, const PageData& page,
                   const std::vector<RunResult>& results, PageClaim& claim) {
  for (std::size_t i = 0; i < page.results.size(); ++i) {
    if (page.results[i].row != claim.row) continue;
    const auto result = std::ranges::find_if(results, [&](const RunResult& one) {
      return run_result_name(one.stage, one.precision, one.seed) == page.results[i].name;
    });
    if (result != results.end() && rests_on(record, result->stage)) {
      claim.results.push_back(static_cast<std::int64_t>(i));
    }
  }
}

void add_texts(const ReportInput& input, const VerdictRecord& record, const Claim& published,
               PageClaim& claim) {
  claim.claim = page_text(record.claim);
  if (const ClaimKind* kind = find_claim_kind(record.claim)) claim.checked = plain(kind->checked);
  claim.evidence = page_text(record.evidence);
  claim.precision = page_text(record.precision);
  claim.published = page_text(published_cell(published, record));
  claim.measured = page_text(measured_cell(published, record));
  claim.verdict = record.verdict;
  claim.reason = page_text(record.reason);
  add_tolerance(record, claim);
  claim.source = source_text(published.source);
  claim.source_url = url_of(published.source.file);
  add_facts(published.conditions, "", claim.conditions);
  claim.command = page_text(claim_command(input.run.job, record));
  claim.judge = page_text(shell_words(
      {"halfproof", "judge", input.folder.string(), "--row", record.row, "--claim", record.claim}));
}

}  // namespace

std::int64_t row_index(const PageData& page, const std::string& id) {
  const auto found = std::ranges::find(page.rows, page_text(id), &PageRow::id);
  return found == page.rows.end() ? -1 : found - page.rows.begin();
}

void add_rows(const ReportInput& input, PageData& page) {
  for (const auto& row : input.suite.rows) {
    if (!input.run.results.contains(row.id)) continue;
    PageRow shown{page_text(row.id), page_text(row.method), {}};
    const auto add = [&](const char* name, const std::string& value) {
      if (!value.empty()) shown.facts.emplace_back(name, page_text(value));
    };
    add("checkpoint", row.checkpoint);
    add("log", row.log);
    add("config", row.config);
    page.rows.push_back(std::move(shown));
  }
}

void add_results(const ReportInput& input, PageData& page) {
  for (std::size_t i = 0; i < page.rows.size(); ++i) {
    for (const auto& [id, results] : input.run.results) {
      if (page_text(id) != page.rows[i].id) continue;
      for (const auto& result : results) {
        page.results.push_back(page_result(result, static_cast<std::int64_t>(i), page));
      }
    }
  }
}

void add_claims(const ReportInput& input, PageData& page) {
  page.columns = columns_of(input);
  for (const auto& record : input.judged.verdicts) {
    PageClaim claim;
    claim.row = row_index(page, record.row);
    if (claim.row < 0) continue;  // Of no row of the run: no rule makes such a verdict.
    const Claim published = claim_of(input.suite, record);
    const PageColumn column = column_of(published, record);
    const auto place = std::ranges::find_if(page.columns, [&](const PageColumn& other) {
      return other.name == column.name && other.printed == column.printed;
    });
    claim.column = place - page.columns.begin();
    add_texts(input, record, published, claim);
    add_rested_on(record, page, input.run.results.at(record.row), claim);
    page.claims.push_back(std::move(claim));
  }
}

}  // namespace harness
