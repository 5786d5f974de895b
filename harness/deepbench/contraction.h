#pragma once

#include <cstdint>
#include <vector>

#include "harness/deepbench/problem.h"

namespace harness {

/// One product in the sum of an output element: elements of both operands, by memory offset.
struct Term {
  std::int64_t a = 0;
  std::int64_t b = 0;

  friend bool operator==(const Term&, const Term&) = default;
};

/// A GEMM or one pass of a convolution as what it is: each element of the result is a sum of
/// products of an element of A and an element of B. Offsets are those of memory without gaps.
///   gemm             A, B, C column-major
///   forward          A = x,  B = filters, result y
///   backward_data    A = gy, B = filters, result gx
///   backward_filter  A = x,  B = gy,      result gw
class Contraction {
 public:
  explicit Contraction(const GemmProblem& problem);
  Contraction(const ConvolutionProblem& problem, Pass pass);

  std::int64_t a_elements() const noexcept { return a_elements_; }
  std::int64_t b_elements() const noexcept { return b_elements_; }
  std::int64_t outputs() const noexcept { return outputs_; }
  /// No element's sum has more.
  std::int64_t most_terms() const noexcept { return most_terms_; }

  /// Replaces `terms` by those of the output element at that offset; none for one that no product
  /// reaches, as between the strides of a gradient.
  void terms_of(std::int64_t output, std::vector<Term>& terms) const;

 private:
  void gemm_terms(std::int64_t output, std::vector<Term>& terms) const;
  void forward_terms(std::int64_t output, std::vector<Term>& terms) const;
  void backward_data_terms(std::int64_t output, std::vector<Term>& terms) const;
  void backward_filter_terms(std::int64_t output, std::vector<Term>& terms) const;

  Work work_;
  Pass pass_ = Pass::kForward;
  std::int64_t a_elements_ = 0;
  std::int64_t b_elements_ = 0;
  std::int64_t outputs_ = 0;
  std::int64_t most_terms_ = 0;
};

}  // namespace harness
