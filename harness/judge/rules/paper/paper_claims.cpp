#include "harness/judge/rules/paper/paper_claims.h"

#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/judge/paper_consistency.h"
#include "harness/judge/paper_row.h"
#include "harness/judge/paper_settings.h"
#include "harness/judge/rules/paper/paper_statement.h"

namespace harness {
namespace {

VerdictRecord record_of(const Experiment& experiment, const PaperStatement& statement,
                        const Finding& finding) {
  VerdictRecord record;
  record.row = experiment.row;
  record.claim = statement.id;
  record.evidence = to_string(experiment.name);
  record.published = statement.text;
  record.measured = finding.measured;
  record.unit = statement.unit;
  record.tolerance = finding.tolerance;
  record.verdict = finding.verdict;
  const bool has_section = *statement.section != '\0';
  const auto place = has_section ? fmt::format("section {}", statement.section) : "derived";
  record.reason = fmt::format("{}, {}: {}", place, statement.text, finding.reason);
  return record;
}

/// Why the experiment cannot be judged at all, if so.
std::optional<Finding> absence_of(const Experiment& experiment) {
  switch (experiment.status) {
    case RunStatus::kOk:
      return std::nullopt;
    case RunStatus::kSkipped:
      return skipped(experiment.reason, missing_resource(experiment.reason));
    case RunStatus::kError:
      break;
  }
  return fail_unmeasured(experiment.reason);
}

/// The measurements, or the finding that applies to every statement.
template <Record R>
std::pair<std::optional<R>, Finding> read(const Experiment& experiment, const Row* row) {
  if (const auto absence = absence_of(experiment)) return {std::nullopt, *absence};
  try {
    R record = measurements_of<R>(experiment);
    if (const std::string why = inconsistency(record); !why.empty()) {
      return {std::nullopt, fail_unmeasured("the record contradicts itself: " + why)};
    }
    const std::string other = other_settings(record, experiment.settings);
    if (!other.empty()) {
      return {std::nullopt, fail_unmeasured("the record contradicts its settings: " + other)};
    }
    const std::string incomplete =
        row == nullptr ? "" : other_experiment(record, experiment.settings, *row);
    if (incomplete.empty()) return {std::move(record), {}};
    return {std::nullopt, fail_unmeasured("it is not the experiment with this row: " + incomplete)};
  } catch (const Error& error) {
    return {std::nullopt, fail_unmeasured(error.what())};
  }
}

template <Record R>
std::vector<VerdictRecord> judge_all(const Experiment& experiment, const Row* row,
                                     std::span<const PaperRule<R>> rules) {
  const auto [measured, absence] = read<R>(experiment, row);
  std::vector<VerdictRecord> records;
  for (const auto& rule : rules) {
    const Finding finding = measured ? rule.judge(*measured) : absence;
    records.push_back(record_of(experiment, rule.statement, finding));
  }
  return records;
}

}  // namespace

std::vector<VerdictRecord> judge_experiment(const Experiment& experiment, const Row* row) {
  switch (experiment.name) {
    case PaperExperiment::kMasterWeights:
      return judge_all(experiment, row, master_weights_statements());
    case PaperExperiment::kLossScaling:
      return judge_all(experiment, row, loss_scaling_statements());
    case PaperExperiment::kFp32Accumulation:
      return judge_all(experiment, row, accumulation_statements());
    case PaperExperiment::kOverflow:
      break;
  }
  return judge_all(experiment, row, overflow_statements());
}

}  // namespace harness
