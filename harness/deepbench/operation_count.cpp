#include "harness/deepbench/operation_count.h"

#include <array>
#include <cmath>

namespace harness {
namespace {

std::int64_t gates(const RecurrentProblem& problem) noexcept {
  constexpr std::array<std::int64_t, 3> kGates{1, 4, 3};
  return kGates[static_cast<std::size_t>(problem.type)];
}

struct Operations {
  std::int64_t operator()(const GemmProblem& p) const { return 2 * p.m * p.n * p.k; }
  std::int64_t operator()(const ConvolutionProblem& p) const {
    return 2 * p.n * p.k * p.p() * p.q() * (p.c / p.groups) * p.r * p.s;
  }
  std::int64_t operator()(const RecurrentProblem& p) const {
    return 2 * gates(p) * p.timesteps * p.batch * p.hidden * p.hidden;
  }
  std::int64_t operator()(const SparseGemmProblem& p) const {
    return 2 * expected_nonzeros(p) * p.dense.n;
  }
  std::int64_t operator()(const AllReduceProblem& p) const { return (p.ranks - 1) * p.elements; }
};

struct Bytes {
  std::int64_t b;

  std::int64_t operator()(const GemmProblem& p) const {
    return (p.m * p.k + p.k * p.n + p.m * p.n) * b;
  }
  std::int64_t operator()(const ConvolutionProblem& p) const {
    return (p.n * p.c * p.h * p.w + p.k * (p.c / p.groups) * p.r * p.s +
            p.n * p.k * p.p() * p.q()) *
           b;
  }
  std::int64_t operator()(const RecurrentProblem& p) const {
    return (gates(p) * p.hidden * p.hidden + 2 * p.timesteps * p.batch * p.hidden) * b;
  }
  std::int64_t operator()(const SparseGemmProblem& p) const {
    const auto& d = p.dense;
    return expected_nonzeros(p) * (b + 4) + 4 * (d.m + 1) + (d.k * d.n + d.m * d.n) * b;
  }
  std::int64_t operator()(const AllReduceProblem& p) const { return 2 * p.elements * p.ranks * b; }
};

}  // namespace

std::int64_t expected_nonzeros(const SparseGemmProblem& problem) noexcept {
  const auto all = static_cast<double>(problem.dense.m) * static_cast<double>(problem.dense.k);
  return std::llround(all * (1.0 - problem.sparsity));
}

std::int64_t operation_count(const Work& work) {
  return std::visit(Operations{}, work);
}

std::int64_t byte_count(const Work& work, std::int64_t element_bytes) {
  return std::visit(Bytes{element_bytes}, work);
}

}  // namespace harness
