#include "harness/judge/rules/paper/paper_claims.h"

#include <array>
#include <span>

#include "harness/base/error.h"
#include "harness/base/number_text.h"
#include "harness/judge/rules/paper/paper_statement.h"

namespace harness {
namespace {

struct ExperimentKind {
  const char* name;
  std::span<const PaperStatement> (*statements)();
};

constexpr std::array<ExperimentKind, 4> kKinds{{{"master-weights", master_weights_statements},
                                                {"loss-scaling", loss_scaling_statements},
                                                {"fp32-accumulation", accumulation_statements},
                                                {"overflow", overflow_statements}}};

const ExperimentKind& kind_of(std::string_view name) {
  for (const auto& kind : kKinds) {
    if (kind.name == name) return kind;
  }
  throw Error(ErrorCode::kUsage, name,
              "expected one of " + enumeration(paper_experiments()) + ", got another experiment");
}

VerdictRecord record_of(std::string_view experiment, const std::string& row,
                        const PaperStatement& statement, const Finding& finding) {
  VerdictRecord record;
  record.row = row;
  record.claim = statement.id;
  record.evidence = experiment;
  record.published = statement.text;
  record.measured = finding.measured;
  record.unit = statement.unit;
  record.tolerance = finding.tolerance;
  record.verdict = finding.verdict;
  const bool has_section = *statement.section != '\0';
  record.reason = has_section ? std::string("section ") + statement.section : "derived";
  record.reason.append(", ").append(statement.text).append(": ").append(finding.reason);
  return record;
}

}  // namespace

std::vector<std::string> paper_experiments() {
  std::vector<std::string> names;
  for (const auto& kind : kKinds) names.emplace_back(kind.name);
  return names;
}

std::vector<VerdictRecord> judge_experiment(const Experiment& experiment) {
  std::vector<VerdictRecord> records;
  for (const auto& statement : kind_of(experiment.name).statements()) {
    Finding finding;
    if (experiment.status == RunStatus::kSkipped) {
      finding = skipped(experiment.reason, missing_resource(experiment.reason));
    } else if (experiment.status == RunStatus::kError) {
      finding = missing(experiment.reason);
    } else {
      finding = statement.judge(experiment.measurements);
    }
    records.push_back(record_of(experiment.name, experiment.row, statement, finding));
  }
  return records;
}

std::vector<VerdictRecord> fail_experiment(std::string_view name, const std::string& row,
                                           const std::string& reason) {
  std::vector<VerdictRecord> records;
  for (const auto& statement : kind_of(name).statements()) {
    records.push_back(record_of(name, row, statement, missing(reason)));
  }
  return records;
}

}  // namespace harness
