#include "harness/deepbench/engine.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/deepbench/contraction.h"
#include "harness/table/model_cost.h"

namespace harness {
namespace {

std::int64_t need_of(const Contraction& contraction, ElementType storage) {
  const std::int64_t operands = contraction.a_elements() + contraction.b_elements();
  const std::int64_t all = operands + contraction.outputs();
  std::int64_t bytes = (4 * operands + 3 * contraction.outputs()) * bytes_of(storage);
  if (bytes_of(storage) == 2) bytes += 4 * all;
  if (storage != ElementType::kFloat64) bytes += 4 * all;
  return bytes;
}

std::int64_t column_need(const ConvolutionProblem& p, ElementType storage, std::int64_t threads) {
  if (storage != ElementType::kFloat64 || p.r * p.s == 1) return 0;
  return 8 * (p.c / p.groups) * p.r * p.s * p.p() * p.q() * std::min(threads, p.n);
}

}  // namespace

std::vector<std::string> deepbench_precisions() {
  return {"fp16", "bf16", "fp32", "tf32", "fp64", "int8"};
}

std::optional<ElementType> storage_of(std::string_view precision) noexcept {
  for (const ElementFacts& facts : element_types()) {
    if (lower_case(facts.label) == precision) return facts.type;
  }
  return std::nullopt;
}

std::string missing_engine(const Work& work, std::string_view precision) {
  const bool is_known =
      std::holds_alternative<GemmProblem>(work) || std::holds_alternative<ConvolutionProblem>(work);
  if (!is_known) return fmt::format("no engine: nothing here runs {} yet", op_name(work));
  if (storage_of(precision)) return "";
  if (precision == "tf32") return "no engine: a CPU has no TF32";
  return fmt::format("no engine: nothing here runs {} in {} yet", op_name(work), precision);
}

std::vector<std::string> pass_names(const Work& work) {
  if (std::holds_alternative<GemmProblem>(work)) return {"product"};
  std::vector<std::string> names;
  if (const auto* convolution = std::get_if<ConvolutionProblem>(&work)) {
    for (const Pass pass : convolution->passes) names.emplace_back(to_string(pass));
  }
  return names;
}

std::int64_t memory_need(const Work& work, ElementType storage, std::int64_t threads) {
  if (const auto* gemm = std::get_if<GemmProblem>(&work)) {
    return need_of(Contraction(*gemm), storage);
  }
  const auto* convolution = std::get_if<ConvolutionProblem>(&work);
  if (convolution == nullptr) return 0;
  std::int64_t most = 0;
  for (const Pass pass : convolution->passes) {
    most = std::max(most, need_of(Contraction(*convolution, pass), storage));
  }
  return most + column_need(*convolution, storage, threads);
}

}  // namespace harness
