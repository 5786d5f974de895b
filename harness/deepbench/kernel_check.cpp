#include "harness/deepbench/kernel_check.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "harness/base/number_text.h"

namespace harness {
namespace {

constexpr std::int64_t kLeastSamples = 64;
/// Of torch._dynamo.utils.same for half and bfloat16.
constexpr double kTimesYardstick = 3.0;
constexpr std::int64_t kZeroShare = 10;  ///< One in so many.
/// Sums about so large: above what half holds exactly, far below what it holds at all.
constexpr double kIntegerSum = 3000.0;
constexpr std::int64_t kMostExactInFloat = std::int64_t{1} << 24;

/// Uniform integers up to L have products of root mean square L^2 / 3, and a sum of t of them
/// sqrt(t) times that. 0 when t such sums could pass what a float holds exactly.
std::int64_t largest_integer(std::int64_t terms) {
  const double size = std::sqrt(3.0 * kIntegerSum / std::sqrt(static_cast<double>(terms)));
  const std::int64_t largest = std::max<std::int64_t>(1, std::llround(std::floor(size)));
  return terms <= kMostExactInFloat / (largest * largest) ? largest : 0;
}

long double exact_sum(const std::vector<Term>& terms, const Array& a, const Array& b) {
  long double sum = 0.0L;
  for (const Term& term : terms) {
    sum += static_cast<long double>(a.at(term.a)) * static_cast<long double>(b.at(term.b));
  }
  return sum;
}

template <typename T>
double sum_in(const std::vector<Term>& terms, const Array& a, const Array& b) {
  T sum = 0;
  for (const Term& term : terms) sum += static_cast<T>(a.at(term.a)) * static_cast<T>(b.at(term.b));
  return sum;
}

double plain_sum(const std::vector<Term>& terms, const Array& a, const Array& b,
                 const KernelArithmetic& arithmetic) {
  if (arithmetic.accumulate == ElementType::kFloat64) return sum_in<double>(terms, a, b);
  if (arithmetic.accumulate == ElementType::kFloat32) {
    return rounded(arithmetic.storage, sum_in<float>(terms, a, b));
  }
  double sum = 0.0;
  for (const Term& term : terms) {
    const double product = rounded(arithmetic.accumulate, a.at(term.a) * b.at(term.b));
    sum = rounded(arithmetic.accumulate, sum + product);
  }
  return rounded(arithmetic.storage, sum);
}

bool has_many_zeros(const Array& array) {
  std::int64_t zeros = 0;
  for (std::int64_t i = 0; i < array.elements(); ++i) zeros += array.at(i) == 0.0 ? 1 : 0;
  return zeros * kZeroShare > array.elements();
}

double root_mean(double squares, std::size_t count) {
  return std::sqrt(squares / static_cast<double>(std::max<std::size_t>(count, 1)));
}

/// whole * part / parts, which does not overflow.
std::int64_t share_of(std::int64_t whole, std::int64_t part, std::int64_t parts) {
  return whole / parts * part + whole % parts * part / parts;
}

void fail(CheckRecord& record, const std::string& reason) {
  record.outcome = CheckOutcome::kWrong;
  record.reason = reason;
}

}  // namespace

Array plain_result(const Contraction& contraction, const Array& a, const Array& b,
                   const KernelArithmetic& arithmetic) {
  Array result(arithmetic.storage, contraction.outputs());
  std::vector<Term> terms;
  for (std::int64_t i = 0; i < contraction.outputs(); ++i) {
    contraction.terms_of(i, terms);
    result.set(i, plain_sum(terms, a, b, arithmetic));
  }
  return result;
}

KernelCheck::KernelCheck(const Contraction& contraction, const KernelArithmetic& arithmetic,
                         const KernelCheckOptions& options)
    : contraction_(contraction), arithmetic_(arithmetic) {
  const ElementType storage = arithmetic.storage;
  choose_samples(options.most_products);
  use_values(draw_values(storage, contraction.a_elements(), options.a, 2 * options.seed + 1),
             draw_values(storage, contraction.b_elements(), options.b, 2 * options.seed + 2));
  largest_integer_ = largest_integer(contraction.most_terms());
  if (largest_integer_ == 0) return;
  integer_a_ = draw_integers(storage, contraction.a_elements(), largest_integer_, 3);
  integer_b_ = draw_integers(storage, contraction.b_elements(), largest_integer_, 4);
}

void KernelCheck::use_values(Array a, Array b) {
  a_ = std::move(a);
  b_ = std::move(b);
  operands_have_zeros_ = has_many_zeros(a_) || has_many_zeros(b_);
  sum_values();
}

void KernelCheck::choose_samples(std::int64_t most_products) {
  const std::int64_t outputs = contraction_.outputs();
  const std::int64_t count = std::clamp(most_products / contraction_.most_terms(),
                                        std::min(kLeastSamples, outputs), outputs);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t begin = share_of(outputs, i, count);
    const std::int64_t width = share_of(outputs, i + 1, count) - begin;
    // Somewhere in its part of the result, so that not all are of one row or column.
    samples_.push_back(begin + i * 2654435761 % width);
  }
  samples_.back() = outputs - 1;
}

void KernelCheck::sum_values() {
  sums_.clear();
  has_terms_.clear();
  double errors = 0.0;
  double roundings = 0.0;
  double squares = 0.0;
  std::vector<Term> terms;
  for (const std::int64_t sample : samples_) {
    contraction_.terms_of(sample, terms);
    const long double sum = exact_sum(terms, a_, b_);
    sums_.push_back(sum);
    has_terms_.push_back(!terms.empty());
    const auto error = static_cast<double>(plain_sum(terms, a_, b_, arithmetic_) - sum);
    const auto rounding =
        static_cast<double>(rounded(arithmetic_.storage, static_cast<double>(sum)) - sum);
    errors += error * error;
    roundings += rounding * rounding;
    squares += static_cast<double>(sum) * static_cast<double>(sum);
  }
  yardstick_ = root_mean(std::max(errors, roundings), samples_.size());
  rms_value_ = root_mean(squares, samples_.size());
}

CheckRecord KernelCheck::judge_values(const Array& values) const {
  CheckRecord record;
  record.outcome = CheckOutcome::kRight;
  record.elements = contraction_.outputs();
  record.compared = std::ssize(samples_);
  record.most_terms = contraction_.most_terms();
  record.rms_yardstick = yardstick_;
  record.rms_value = rms_value_;
  if (values.elements() != record.elements || values.type() != arithmetic_.storage) {
    fail(record,
         fmt::format("expected {} elements of {}, got {} of {}", record.elements,
                     to_string(arithmetic_.storage), values.elements(), to_string(values.type())));
    return record;
  }
  for (std::int64_t i = 0; i < values.elements(); ++i) {
    record.non_finite += std::isfinite(values.at(i)) ? 0 : 1;
  }
  double errors = 0.0;
  std::int64_t with_terms = 0;
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    const double value = values.at(samples_[i]);
    const auto error = static_cast<double>(value - sums_[i]);
    errors += error * error;
    with_terms += has_terms_[i] ? 1 : 0;
    record.zeros += has_terms_[i] && value == 0.0 ? 1 : 0;
  }
  record.rms_error = root_mean(errors, samples_.size());
  if (record.non_finite > 0) {
    fail(record, fmt::format("expected finite elements, got {} infinite or NaN of {}",
                             record.non_finite, record.elements));
  } else if (!(record.rms_error <= kTimesYardstick * yardstick_)) {
    fail(record, fmt::format("expected an error of at most {} times {}'s own rounding, {}, got {}",
                             kTimesYardstick, to_string(arithmetic_.storage),
                             short_text(yardstick_), short_text(record.rms_error)));
  } else if (operands_have_zeros_ || record.zeros * kZeroShare > with_terms) {
    record.outcome = CheckOutcome::kMistrusted;
    record.reason = fmt::format(
        "expected at most a tenth of zeros in operands and result, got {} of {} in the result",
        record.zeros, with_terms);
  }
  return record;
}

void KernelCheck::judge_integers(const Array& integers, CheckRecord& record) const {
  ExactCheckRecord exact;
  exact.largest_operand = largest_integer_;
  std::vector<Term> terms;
  if (integers.elements() == contraction_.outputs() && integers.type() == arithmetic_.storage) {
    for (const std::int64_t sample : samples_) {
      contraction_.terms_of(sample, terms);
      const auto sum = static_cast<double>(exact_sum(terms, integer_a_, integer_b_));
      ++exact.compared;
      exact.different += integers.at(sample) == rounded(arithmetic_.storage, sum) ? 0 : 1;
    }
  }
  record.exact = exact;
  const bool is_equal = exact.different == 0 && exact.compared == std::ssize(samples_);
  if (is_equal || record.outcome == CheckOutcome::kWrong) return;
  fail(record, fmt::format("expected sums of integers up to {} to the bit, got {} of {} others",
                           largest_integer_, exact.different, exact.compared));
}

CheckRecord KernelCheck::judge(const Array& values, const Array& integers) const {
  CheckRecord record = judge_values(values);
  if (largest_integer_ > 0) judge_integers(integers, record);
  return record;
}

}  // namespace harness
