#include "harness/report/verdict_texts.h"

#include <string_view>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/base/unicode.h"
#include "harness/judge/number_claim.h"

namespace harness {
namespace {

constexpr std::string_view kNothing = "-";
constexpr std::string_view kThisRow = "this row";

std::string with_unit(const std::string& text, const std::string& unit) {
  constexpr std::size_t kShortUnit = 3;
  const bool shown = !unit.empty() && unit.size() <= kShortUnit;
  return shown ? fmt::format("{} {}", text, unit) : text;
}

}  // namespace

Claim claim_of(const Suite& suite, const VerdictRecord& record) {
  for (const auto& row : suite.rows) {
    if (row.id != record.row) continue;
    if (const Claim* claim = row.find_claim(record.claim)) return *claim;
  }
  Claim claim;
  claim.value = record.published;
  return claim;
}

std::string published_cell(const Claim& claim, const VerdictRecord& record) {
  if (record.published.is_null()) return std::string(kNothing);
  if (record.published == record.row) return std::string(kThisRow);
  const std::string text = published_text(claim);
  return printable(record.published.is_number() ? with_unit(text, record.unit) : text);
}

std::string measured_cell(const Claim& claim, const VerdictRecord& record) {
  if (record.measured == record.row) return std::string(kThisRow);
  if (record.measured.is_string()) return printable(record.measured.get<std::string>());
  if (!record.measured.is_number()) return std::string(kNothing);
  const auto number = record.measured.get<double>();
  return printable(with_unit(measured_text(number, claim.digits), record.unit));
}

}  // namespace harness
