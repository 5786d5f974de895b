#pragma once

#include <cstdint>
#include <vector>

#include "harness/arithmetic/element_type.h"
#include "harness/deepbench/array.h"
#include "harness/deepbench/contraction.h"
#include "harness/record/deepbench_record.h"

namespace harness {

/// What a kernel says of itself, for the yardstick.
struct KernelArithmetic {
  ElementType storage = ElementType::kFloat32;
  ElementType accumulate = ElementType::kFloat32;
};

struct KernelCheckOptions {
  ValueRange a = kActivations;
  ValueRange b = kWeights;
  std::uint64_t seed = 0;
  /// Products that are summed again in FP64, at most; 64 elements are looked at in any case.
  std::int64_t most_products = std::int64_t{1} << 22;
};

/// The operands that a kernel is checked with, and what its results are held against. Two cases,
/// run one after the other into the same memory, so that a result left over from before shows:
///   values    numbers whose exponents are those of real tensors
///   integers  so small that every order of summation in the stated accumulation is exact, and so
///             large that sums pass what half holds exactly (2048)
///
/// Rule (as torch._dynamo.utils.same, with the arithmetic's own rounding as yardstick): the error
/// of `values` against FP64, root mean square over the compared elements, is at most 3 times that
/// of plain sums in order, in the stated accumulation and rounded once. `integers` are equal to the
/// bit. No element of the result is infinite or NaN. At most a tenth of the compared elements that
/// are sums of products, and of each operand, is zero: else the result is mistrusted, because zeros
/// show no mistake.
///
/// Compared are all elements of a result where that takes at most `most_products`, else elements
/// spread evenly over it, the first and the last among them.
class KernelCheck {
 public:
  KernelCheck(const Contraction& contraction, const KernelArithmetic& arithmetic,
              const KernelCheckOptions& options = {});

  const Array& a() const noexcept { return a_; }
  const Array& b() const noexcept { return b_; }
  /// Empty where no integers are exact.
  const Array& integer_a() const noexcept { return integer_a_; }
  const Array& integer_b() const noexcept { return integer_b_; }

  /// values: the result of a() and b(); integers: that of the integers, which was computed after
  /// it.
  CheckRecord judge(const Array& values, const Array& integers) const;

  /// The same of values alone: of a result that was computed once more.
  CheckRecord judge_values(const Array& values) const;

  /// Replaces the operands of `values`, for tests and for figures that were taken with zeros.
  void use_values(Array a, Array b);

 private:
  void choose_samples(std::int64_t most_products);
  void sum_values();
  void judge_integers(const Array& integers, CheckRecord& record) const;

  Contraction contraction_;
  KernelArithmetic arithmetic_;
  Array a_;
  Array b_;
  Array integer_a_;
  Array integer_b_;
  std::int64_t largest_integer_ = 0;  ///< 0 where none is exact.
  bool operands_have_zeros_ = false;
  std::vector<std::int64_t> samples_;
  std::vector<long double> sums_;  ///< Of the samples.
  std::vector<bool> has_terms_;
  double yardstick_ = 0.0;
  double rms_value_ = 0.0;
};

/// The result of plain sums in order, each product and each sum rounded to `accumulate`, the whole
/// once to `storage`: what the yardstick is, and what tests plant errors into.
Array plain_result(const Contraction& contraction, const Array& a, const Array& b,
                   const KernelArithmetic& arithmetic);

}  // namespace harness
