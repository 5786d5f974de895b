#include "harness/table/claim_json.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <set>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/table/claim_kind.h"
#include "harness/table/json_checks.h"

namespace harness {
namespace {

constexpr std::int64_t kMaxLine = std::int64_t{1} << 40;
constexpr std::int64_t kMaxDigits = 15;
const std::set<std::string> kEvidence = {"file", "log", "evaluated", "retrained"};

/// A bound of a tolerance: 0 when absent.
double read_bound(ObjectReader& reader, std::string_view key) {
  const double bound = reader.optional_number(key).value_or(0.0);
  if (!(bound >= 0.0) || !std::isfinite(bound)) {
    reader.fail(key, fmt::format("expected a finite number of at least 0, got {:f}", bound));
  }
  return bound;
}

Tolerance tolerance_from_json(const Json& value, const std::string& subject,
                              const std::string& path) {
  ObjectReader reader(value, subject, path);
  if (!value.contains("abs") && !value.contains("rel")) {
    reader.fail("abs",
                "expected \"abs\" or \"rel\", got neither; an exact claim has tolerance null");
  }
  Tolerance tolerance;
  tolerance.abs = read_bound(reader, "abs");
  tolerance.rel = read_bound(reader, "rel");
  tolerance.reason = require_text(reader, "reason");
  reader.finish();
  return tolerance;
}

Source source_from_json(const Json& value, const std::string& subject, const std::string& path) {
  ObjectReader reader(value, subject, path);
  Source source;
  source.file = require_text(reader, "file");
  source.line =
      require_between(reader, "line", reader.optional_integer("line").value_or(0), 0, kMaxLine);
  source.column = reader.optional_string("column").value_or("");
  reader.finish();
  return source;
}

/// The value under "value" of a claim of that id.
Json read_value(ObjectReader& reader, const std::string& id) {
  Json value = reader.required("value");
  const ClaimKind* kind = find_claim_kind(id);
  if (kind != nullptr && !accepts(*kind, value)) {
    reader.fail("value", fmt::format("expected {} or null, got {}", describe(kind->value),
                                     describe_type(value)));
  }
  if (!value.is_null() && !value.is_string() && !value.is_number()) {
    reader.fail("value",
                fmt::format("expected a number, a text or null, got {}", describe_type(value)));
  }
  if (value.is_number() && !std::isfinite(value.get<double>())) {
    reader.fail("value", "expected a finite number or null, got one that is not finite");
  }
  return value;
}

int read_digits(ObjectReader& reader) {
  const auto digits = reader.optional_integer("digits");
  if (!digits) return Claim::kExact;
  return static_cast<int>(require_between(reader, "digits", *digits, 0, kMaxDigits));
}

void read_evidence(ObjectReader& reader, Claim& claim) {
  const ClaimKind* kind = find_claim_kind(claim.id);
  if (const auto evidence = reader.optional_string("evidence")) {
    claim.evidence = require_one_of(reader, "evidence", *evidence, kEvidence);
    if (kind != nullptr && claim.evidence != kind->evidence) {
      reader.fail("evidence", fmt::format("expected \"{}\", which checks {}, got \"{}\"",
                                          kind->evidence, claim.id, claim.evidence));
    }
  } else if (kind != nullptr) {
    claim.evidence = kind->evidence;
  } else {
    reader.fail("evidence", "expected file, log, evaluated or retrained, got nothing");
  }
}

Json to_json(const Tolerance& tolerance) {
  Json value = Json::object();
  if (tolerance.abs != 0.0 || tolerance.rel == 0.0) value["abs"] = tolerance.abs;
  if (tolerance.rel != 0.0) value["rel"] = tolerance.rel;
  value["reason"] = tolerance.reason;
  return value;
}

/// "2026-12-31"
bool is_day(const std::string& text) {
  constexpr std::string_view kForm = "0000-00-00";
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == '0' ? !is_digit : text[i] != kForm[i]) return false;
  }
  const int month = std::stoi(text.substr(5, 2));
  const int day = std::stoi(text.substr(8, 2));
  const std::chrono::year_month_day date{std::chrono::year(std::stoi(text.substr(0, 4))),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  return date.ok();
}

void read_expected_failure(ObjectReader& reader, const Json& value, Claim& claim) {
  if (value.contains("expected_failure")) {
    claim.expected_failure = require_text(reader, "expected_failure");
  }
  if (!value.contains("expires")) return;
  claim.expires = require_text(reader, "expires");
  if (claim.expected_failure.empty()) {
    reader.fail("expires", "expected it beside \"expected_failure\" alone, got it without one");
  }
  if (!is_day(claim.expires)) {
    reader.fail("expires",
                fmt::format("expected a day as 2026-12-31, got {}", in_quotes(claim.expires)));
  }
}

/// A finite number of at least 0, or NaN for null.
double read_spread(ObjectReader& reader) {
  if (reader.required("spread").is_null()) return std::numeric_limits<double>::quiet_NaN();
  const double spread = reader.required_number("spread");
  if (!(spread >= 0.0) || !std::isfinite(spread)) {
    reader.fail("spread",
                fmt::format("expected a finite number of at least 0 or null, got {:f}", spread));
  }
  return spread;
}

Acceptance acceptance_from_json(const Json& value, const std::string& id,
                                const std::string& subject, const std::string& path) {
  ObjectReader reader(value, subject, path);
  Acceptance accepted;
  accepted.run = require_text(reader, "run");
  accepted.date = require_text(reader, "date");
  accepted.commit = require_text(reader, "commit");
  accepted.hardware = require_text(reader, "hardware");
  accepted.n = require_between(reader, "n", reader.required_integer("n"), 1, kMaxLine);
  accepted.spread = read_spread(reader);
  accepted.reason = require_text(reader, "reason");
  ObjectReader published(reader.required("instead_of"), subject, path + ".instead_of");
  accepted.published = read_value(published, id);
  accepted.published_digits = read_digits(published);
  accepted.published_source =
      source_from_json(published.required("source"), subject, path + ".instead_of.source");
  published.finish();
  reader.finish();
  return accepted;
}

enum class ConditionType { kText, kNumber, kCount, kNumbers, kObject };

struct Condition {
  std::string_view name;
  ConditionType type;
};

/// Of how a number was measured, what a comparison needs to know, and what was read beside it. A
/// rule that looks for one of these would not find it under a misspelt name or in another type.
constexpr auto kConditions = std::to_array<Condition>({{"backend", ConditionType::kText},
                                                       {"batch_size", ConditionType::kCount},
                                                       {"cores", ConditionType::kCount},
                                                       {"gigabyte", ConditionType::kText},
                                                       {"gpus", ConditionType::kCount},
                                                       {"hardware", ConditionType::kText},
                                                       {"marks", ConditionType::kText},
                                                       {"metafile", ConditionType::kObject},
                                                       {"mode", ConditionType::kText},
                                                       {"plus_minus", ConditionType::kNumber},
                                                       {"pytorch", ConditionType::kText},
                                                       {"reference_runs", ConditionType::kNumbers},
                                                       {"resolution", ConditionType::kNumbers},
                                                       {"spread", ConditionType::kNumber},
                                                       {"stage", ConditionType::kText},
                                                       {"statistic", ConditionType::kText},
                                                       {"test_dataset", ConditionType::kText},
                                                       {"test_split", ConditionType::kText},
                                                       {"training_dataset", ConditionType::kText},
                                                       {"training_split", ConditionType::kText},
                                                       {"unread", ConditionType::kObject}});

bool is_number(const Json& value) {
  return value.is_number();
}

/// What the type is called, where the value is not of it; "" where it is.
std::string_view expected_instead(ConditionType type, const Json& value) {
  switch (type) {
    case ConditionType::kText:
      return value.is_string() ? "" : "a text";
    case ConditionType::kNumber:
      return value.is_number() ? "" : "a number";
    case ConditionType::kCount:
      return value.is_number_integer() ? "" : "a whole number";
    case ConditionType::kNumbers:
      return value.is_array() && std::ranges::all_of(value, is_number) ? "" : "a list of numbers";
    case ConditionType::kObject:
      return value.is_object() ? "" : "an object";
  }
  return "";
}

void require_conditions(const ObjectReader& reader, const Json& conditions) {
  if (!conditions.is_object()) {
    reader.fail("conditions", fmt::format("expected an object, got {}", describe_type(conditions)));
  }
  for (const auto& [name, value] : conditions.items()) {
    const auto* known = std::ranges::find(kConditions, name, &Condition::name);
    if (known == kConditions.end()) {
      std::vector<std::string_view> names;
      for (const auto& condition : kConditions) names.push_back(condition.name);
      reader.fail("conditions",
                  fmt::format("expected {}, got {}", fmt::join(names, ", "), excerpt_of(name)));
    }
    const std::string_view expected = expected_instead(known->type, value);
    if (expected.empty()) continue;
    reader.fail(fmt::format("conditions.{}", name),
                fmt::format("expected {}, got {}", expected, excerpt_of(value)));
  }
}

}  // namespace

Json to_json(const Source& source) {
  Json value = {{"file", source.file}};
  if (source.line != 0) value["line"] = source.line;
  if (!source.column.empty()) value["column"] = source.column;
  return value;
}

Json to_json(const Acceptance& accepted) {
  Json published = {{"value", accepted.published}};
  if (accepted.published_digits != Claim::kExact) published["digits"] = accepted.published_digits;
  published["source"] = to_json(accepted.published_source);
  return {{"run", accepted.run},
          {"date", accepted.date},
          {"commit", accepted.commit},
          {"hardware", accepted.hardware},
          {"n", accepted.n},
          {"spread", std::isfinite(accepted.spread) ? Json(accepted.spread) : Json()},
          {"reason", accepted.reason},
          {"instead_of", published}};
}

Claim claim_from_json(const Json& value, const std::string& subject, const std::string& path) {
  ObjectReader reader(value, subject, path);
  Claim claim;
  claim.id = reader.required_string("id");
  require_name(reader, "id", claim.id);
  read_evidence(reader, claim);
  claim.value = read_value(reader, claim.id);
  claim.digits = read_digits(reader);
  claim.unit = reader.optional_string("unit").value_or("");
  claim.source = source_from_json(reader.required("source"), subject, path + ".source");
  const Json* tolerance = reader.optional("tolerance");
  if (tolerance != nullptr && !tolerance->is_null()) {
    claim.tolerance = tolerance_from_json(*tolerance, subject, path + ".tolerance");
  }
  if (const Json* conditions = reader.optional("conditions")) {
    require_conditions(reader, *conditions);
    claim.conditions = *conditions;
  }
  read_expected_failure(reader, value, claim);
  if (const Json* accepted = reader.optional("accepted")) {
    claim.accepted = acceptance_from_json(*accepted, claim.id, subject, path + ".accepted");
  }
  reader.finish();
  return claim;
}

Json to_json(const Claim& claim) {
  Json value = {{"id", claim.id}, {"evidence", claim.evidence}, {"value", claim.value}};
  if (claim.digits != Claim::kExact) value["digits"] = claim.digits;
  if (!claim.unit.empty()) value["unit"] = claim.unit;
  value["source"] = to_json(claim.source);
  value["tolerance"] = claim.tolerance.has_value() ? to_json(*claim.tolerance) : Json(nullptr);
  if (!claim.conditions.empty()) value["conditions"] = claim.conditions;
  if (!claim.expected_failure.empty()) value["expected_failure"] = claim.expected_failure;
  if (!claim.expires.empty()) value["expires"] = claim.expires;
  if (claim.accepted) value["accepted"] = to_json(*claim.accepted);
  return value;
}

}  // namespace harness
