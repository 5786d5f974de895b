#include "harness/deepbench/coverage.h"

#include <numeric>

#include <fmt/format.h>

#include "harness/base/number_text.h"

namespace harness {
namespace {

constexpr std::string_view kNoEngine = "no engine";

void count_kernel(const ProductRecord& kernel, DeepbenchCoverage& coverage) {
  coverage.compared += kernel.check.compared;
  if (kernel.check.exact) coverage.compared += kernel.check.exact->compared;
  switch (kernel.check.outcome) {
    case CheckOutcome::kRight:
      ++coverage.right;
      break;
    case CheckOutcome::kWrong:
      ++coverage.wrong;
      break;
    case CheckOutcome::kMistrusted:
      ++coverage.mistrusted;
      break;
  }
  if (kernel.timing && kernel.timing->ambiguous) ++coverage.ambiguous;
}

Json kernel_line(const ProductRecord& kernel) {
  Json line = {{"pass", kernel.pass},
               {"engine", kernel.engine},
               {"check", to_string(kernel.check.outcome)},
               {"reason", kernel.check.reason}};
  if (!kernel.timing) return line;
  const TimingRecord& timing = *kernel.timing;
  line["median_s"] = number_or_null(timing.median_s);
  line["low_s"] = number_or_null(timing.low_s);
  line["high_s"] = number_or_null(timing.high_s);
  line["flops_per_s"] = number_or_null(timing.flops_per_s);
  line["ambiguous"] = timing.ambiguous;
  return line;
}

Json record_line(const DeepbenchRecord& record) {
  Json line = {{"problem", record.problem},
               {"precision", record.precision},
               {"status", to_string(record.status)},
               {"reason", record.reason},
               {"kernels", Json::array()}};
  for (const auto& kernel : record.kernels) line["kernels"].push_back(kernel_line(kernel));
  return line;
}

std::int64_t total(const std::map<std::string, std::int64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0},
                         [](std::int64_t sum, const auto& one) { return sum + one.second; });
}

struct WorkText {
  std::string operator()(const GemmProblem& p) const {
    return fmt::format("{}x{}x{} {}{}", p.m, p.n, p.k, p.trans_a ? 'T' : 'N',
                       p.trans_b ? 'T' : 'N');
  }
  std::string operator()(const ConvolutionProblem& p) const {
    std::string text = fmt::format("{}x{}x{}x{} * {}x{}x{}", p.n, p.c, p.h, p.w, p.k, p.r, p.s);
    if (p.stride != std::array<std::int64_t, 2>{1, 1}) {
      text += fmt::format(" /{}x{}", p.stride[0], p.stride[1]);
    }
    if (p.dilation != std::array<std::int64_t, 2>{1, 1}) {
      text += fmt::format(" d{}x{}", p.dilation[0], p.dilation[1]);
    }
    return p.groups == 1 ? text : text + fmt::format(" g{}", p.groups);
  }
  std::string operator()(const RecurrentProblem& p) const {
    return fmt::format("{} {}, batch {}, {} steps", to_string(p.type), p.hidden, p.batch,
                       p.timesteps);
  }
  std::string operator()(const SparseGemmProblem& p) const {
    return fmt::format("{}, {} zero", (*this)(p.dense), short_text(p.sparsity));
  }
  std::string operator()(const AllReduceProblem& p) const {
    return fmt::format("{} floats, {} ranks", p.elements, p.ranks);
  }
};

}  // namespace

int DeepbenchCoverage::exit_code() const noexcept {
  if (wrong > 0 || mistrusted > 0 || failed > 0) return 1;
  if (ambiguous > 0) return 3;
  return right > 0 ? 0 : 77;
}

DeepbenchCoverage coverage_of(const ProblemSuite& suite,
                              const std::vector<DeepbenchRecord>& records) {
  DeepbenchCoverage coverage;
  coverage.listed = std::ssize(suite.problems);
  coverage.asked = std::ssize(records);
  for (const auto& record : records) {
    switch (record.status) {
      case RunStatus::kOk:
        ++coverage.ran;
        break;
      case RunStatus::kError:
        ++coverage.failed;
        break;
      case RunStatus::kSkipped:
        ++coverage.skipped[kind_of_skip(record.reason)];
        break;
    }
    for (const auto& kernel : record.kernels) count_kernel(kernel, coverage);
  }
  return coverage;
}

std::string kind_of_skip(const std::string& reason) {
  if (reason.starts_with(kNoEngine)) return reason;
  return reason.substr(0, reason.find(':'));
}

std::string work_text(const Work& work) {
  return std::visit(WorkText{}, work);
}

Json coverage_document(const ProblemSuite& suite, const std::vector<DeepbenchRecord>& records) {
  const DeepbenchCoverage coverage = coverage_of(suite, records);
  Json document = {{"schema", "halfproof.deepbench-summary/1"},
                   {"suite", suite.name},
                   {"exit", coverage.exit_code()},
                   {"problems",
                    {{"listed", coverage.listed},
                     {"asked", coverage.asked},
                     {"ran", coverage.ran},
                     {"failed", coverage.failed},
                     {"skipped", coverage.skipped}}},
                   {"kernels",
                    {{"right", coverage.right},
                     {"wrong", coverage.wrong},
                     {"mistrusted", coverage.mistrusted},
                     {"ambiguous", coverage.ambiguous},
                     {"compared", coverage.compared}}},
                   {"records", Json::array()}};
  for (const auto& record : records) document["records"].push_back(record_line(record));
  return document;
}

std::string coverage_text(const ProblemSuite& suite, const DeepbenchCoverage& coverage) {
  std::string text = fmt::format(
      "{}: {} problems; of {} asked for (each in each precision) {} ran, {} were skipped, {} "
      "failed.\n",
      suite.name, coverage.listed, coverage.asked, coverage.ran, total(coverage.skipped),
      coverage.failed);
  text += fmt::format(
      "Kernels: {} right, {} wrong, {} mistrusted; {} elements held against FP64. Times: {} clear, "
      "{} AMBIGUOUS.\n",
      coverage.right, coverage.wrong, coverage.mistrusted, count_text(coverage.compared),
      coverage.right - coverage.ambiguous, coverage.ambiguous);
  for (const auto& [reason, count] : coverage.skipped) {
    text += fmt::format("Skipped, {}: {}\n", reason, count);
  }
  return text;
}

}  // namespace harness
