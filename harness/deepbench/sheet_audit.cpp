#include "harness/deepbench/sheet_audit.h"

#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/base/unicode.h"
#include "harness/deepbench/hardware_peak.h"

namespace harness {
namespace {

constexpr std::size_t kRowsShown = 3;

void append(std::vector<SheetFinding>& all, std::vector<SheetFinding> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

bool has_time(const SheetTable& table, const SheetRow& row) {
  return std::ranges::any_of(time_columns(table.op), [&row](const TimeColumn& column) {
    return row.number(column.time).has_value();
  });
}

void count(const ResultSheet& sheet, SheetAudit& audit) {
  audit.files.push_back(sheet.file);
  audit.tables += std::ssize(sheet.tables);
  for (const auto& table : sheet.tables) {
    audit.rows += std::ssize(table.rows);
    audit.timed_rows += std::ranges::count_if(
        table.rows, [&table](const SheetRow& row) { return has_time(table, row); });
  }
}

bool has_fp32_gemm(const ResultSheet& sheet) {
  return std::ranges::any_of(sheet.tables, [](const SheetTable& table) {
    return table.op == "gemm" && table.arithmetic.multiply == "fp32";
  });
}

void note_unseen(const ResultSheet& sheet, const std::vector<ProblemList>& lists,
                 SheetAudit& audit) {
  if (!has_list(sheet, lists)) {
    audit.unseen.push_back(
        fmt::format("{}: sizes: no problem list of this set; name it with --problems", sheet.file));
  }
  if (has_fp32_gemm(sheet) && find_hardware_peak(sheet.hardware) == nullptr) {
    audit.unseen.push_back(fmt::format(
        "{}: FP32 peak: {}", sheet.file,
        sheet.hardware.empty() ? "no hardware is named" : "none is known of " + sheet.hardware));
  }
}

struct RuleCount {
  std::int64_t findings = 0;
  std::int64_t places = 0;
};

std::map<std::string, RuleCount> by_rule(const SheetAudit& audit) {
  std::map<std::string, RuleCount> counts;
  for (const auto& one : audit.findings) {
    RuleCount& rule = counts[one.rule];
    ++rule.findings;
    rule.places += std::ssize(one.conflicts);
  }
  return counts;
}

Json to_json(const SheetQuote& quote) {
  Json value = {{"says", quote.says}, {"file", quote.file}};
  if (!quote.sheet.empty()) value["sheet"] = quote.sheet;
  if (quote.row > 0) value["row"] = quote.row;
  if (!quote.column.empty()) value["column"] = quote.column;
  return value;
}

Json to_json(const SheetFinding& finding) {
  Json value = {{"rule", finding.rule},   {"file", finding.file},      {"sheet", finding.sheet},
                {"op", finding.op},       {"column", finding.column},  {"message", finding.message},
                {"cause", finding.cause}, {"conflicts", Json::array()}};
  for (const auto& one : finding.conflicts) {
    value["conflicts"].push_back(
        {{"printed", to_json(one.printed)}, {"expected", to_json(one.expected)}});
  }
  return value;
}

Json to_json(const RepeatNoise& noise) {
  return {{"file", noise.file},     {"sheet", noise.sheet},     {"times", noise.times},
          {"median", noise.median}, {"largest", noise.largest}, {"copied", noise.copied},
          {"apart", noise.apart}};
}

/// "row 85 of sheet X of file Y, column k", leaving out what `near` shares.
std::string place_text(const SheetQuote& quote, const SheetQuote* near) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  const bool same_file = near != nullptr && near->file == quote.file;
  if (!same_file) add(quote.file);
  if (!quote.sheet.empty() && !(same_file && near->sheet == quote.sheet)) add(quote.sheet);
  if (quote.row > 0 && !(same_file && near->row == quote.row))
    add(fmt::format("row {}", quote.row));
  if (!quote.column.empty()) add(quote.column);
  return text;
}

void add_conflict(const SheetFinding& finding, const SheetConflict& one, std::string& text) {
  const SheetQuote& expected = one.expected;
  const std::string place = place_text(expected, &one.printed);
  text += fmt::format("    row {}{}: {}; {}{}\n", one.printed.row,
                      one.printed.column == finding.column || one.printed.column.empty()
                          ? ""
                          : ", " + one.printed.column,
                      printable(one.printed.says), printable(expected.says),
                      place.empty() ? "" : printable(fmt::format(" ({})", place)));
}

void add(const SheetFinding& finding, std::string& text) {
  text += printable(fmt::format("{}  {}: {}, {}{}{}: {}", finding.rule, finding.file, finding.sheet,
                                finding.op, finding.column.empty() ? "" : ", ", finding.column,
                                finding.message)) +
          "\n";
  if (!finding.cause.empty())
    text += printable(fmt::format("    because {}", finding.cause)) + "\n";
  const std::size_t shown = std::min(finding.conflicts.size(), kRowsShown);
  for (std::size_t i = 0; i < shown; ++i) add_conflict(finding, finding.conflicts[i], text);
  if (finding.conflicts.size() > shown) {
    text += fmt::format("    and {} more (--json lists all)\n", finding.conflicts.size() - shown);
  }
}

void add(const RepeatNoise& noise, std::string& text) {
  text += printable(fmt::format("  {}, {}: ", noise.file, noise.sheet));
  text += noise.times == 0 ? "no time that was measured twice"
                           : fmt::format("{}: {} % apart in the median, {} % at most",
                                         plural(noise.times, "repeated time"),
                                         short_text(100.0 * noise.median, 2),
                                         short_text(100.0 * noise.largest, 2));
  std::vector<std::string> left_out;
  if (noise.copied > 0) left_out.push_back(fmt::format("{} copied", noise.copied));
  if (noise.apart > 0) left_out.push_back(fmt::format("{} too far apart", noise.apart));
  if (!left_out.empty()) text += fmt::format("; left out: {}", enumeration(left_out));
  text += "\n";
}

}  // namespace

SheetAudit audit_sheets(const std::vector<ResultSheet>& sheets,
                        const std::vector<ProblemList>& lists) {
  SheetAudit audit;
  for (const auto& sheet : sheets) {
    count(sheet, audit);
    append(audit.findings, find_wrong_rates(sheet, audit.rates));
    append(audit.findings, find_wrong_totals(sheet));
    append(audit.findings, find_wrong_outputs(sheet));
    append(audit.findings, find_rates_above_peak(sheet));
    append(audit.findings, find_other_sizes(sheet, lists));
    for (auto& noise : noise_of(sheet, audit.findings)) audit.noise.push_back(std::move(noise));
    note_unseen(sheet, lists, audit);
  }
  append(audit.findings, find_copies(sheets));
  return audit;
}

int exit_code(const SheetAudit& audit) noexcept {
  return audit.findings.empty() ? 0 : 1;
}

Json to_json(const SheetAudit& audit) {
  Json value = {{"schema", "halfproof.sheet-audit/1"},
                {"exit", exit_code(audit)},
                {"files", audit.files},
                {"tables", audit.tables},
                {"rows", audit.rows},
                {"timed_rows", audit.timed_rows},
                {"rates", audit.rates.rates},
                {"rates_off", audit.rates.off},
                {"rates_off_by_more_than_2_percent", audit.rates.far_off},
                {"rules", Json::object()},
                {"findings", Json::array()},
                {"noise", Json::array()},
                {"unseen", audit.unseen}};
  for (const auto& [rule, counted] : by_rule(audit)) {
    value["rules"][rule] = {{"findings", counted.findings}, {"places", counted.places}};
  }
  for (const auto& one : audit.findings) value["findings"].push_back(to_json(one));
  for (const auto& one : audit.noise) value["noise"].push_back(to_json(one));
  return value;
}

std::string sheet_audit_text(const SheetAudit& audit) {
  std::string text;
  for (const auto& one : audit.findings) add(one, text);
  if (!audit.noise.empty()) text += "Noise floor (problems that a sheet lists more than once):\n";
  for (const auto& one : audit.noise) add(one, text);
  if (!audit.unseen.empty()) text += "Not looked at:\n";
  for (const auto& one : audit.unseen) text += printable(fmt::format("  {}", one)) + "\n";
  text += fmt::format(
      "{}: {} in {}, {} with a time; of {} {} do not follow from their times, {} "
      "of them by more than 2 %\n",
      plural(std::ssize(audit.files), "file"), plural(audit.rows, "row"),
      plural(audit.tables, "table"), count_text(audit.timed_rows),
      plural(audit.rates.rates, "rate"), audit.rates.off, audit.rates.far_off);
  std::vector<std::string> rules;
  for (const auto& [rule, counted] : by_rule(audit)) {
    rules.push_back(fmt::format("{} {} ({})", rule, counted.findings, counted.places));
  }
  text += rules.empty() ? "No finding\n"
                        : fmt::format("Findings by rule (and places): {}\n", enumeration(rules));
  return text;
}

}  // namespace harness
