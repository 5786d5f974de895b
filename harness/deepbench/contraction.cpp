#include "harness/deepbench/contraction.h"

#include <optional>

namespace harness {
namespace {

std::int64_t x_elements(const ConvolutionProblem& p) {
  return p.n * p.c * p.h * p.w;
}

std::int64_t filter_elements(const ConvolutionProblem& p) {
  return p.k * (p.c / p.groups) * p.r * p.s;
}

std::int64_t y_elements(const ConvolutionProblem& p) {
  return p.n * p.k * p.p() * p.q();
}

/// The input pixel that a tap of an output pixel reads, along one side; empty on padding.
std::optional<std::int64_t> input_pixel(const ConvolutionProblem& p, std::size_t side,
                                        std::int64_t output, std::int64_t tap) {
  const std::int64_t pixel = output * p.stride[side] - p.pad[side] + tap * p.dilation[side];
  const std::int64_t size = side == 0 ? p.h : p.w;
  return pixel >= 0 && pixel < size ? std::optional(pixel) : std::nullopt;
}

/// The output pixel that reads this input pixel with that tap, along one side.
std::optional<std::int64_t> output_pixel(const ConvolutionProblem& p, std::size_t side,
                                         std::int64_t input, std::int64_t tap) {
  const std::int64_t reached = input + p.pad[side] - tap * p.dilation[side];
  if (reached < 0 || reached % p.stride[side] != 0) return std::nullopt;
  const std::int64_t pixel = reached / p.stride[side];
  return pixel < (side == 0 ? p.p() : p.q()) ? std::optional(pixel) : std::nullopt;
}

/// Offset in a tensor of four dimensions, of which the sizes of the last three are given.
std::int64_t offset(std::int64_t i0, std::int64_t i1, std::int64_t i2, std::int64_t i3,
                    std::int64_t d1, std::int64_t d2, std::int64_t d3) {
  return ((i0 * d1 + i1) * d2 + i2) * d3 + i3;
}

}  // namespace

Contraction::Contraction(const GemmProblem& problem)
    : work_(problem),
      a_elements_(problem.m * problem.k),
      b_elements_(problem.k * problem.n),
      outputs_(problem.m * problem.n),
      most_terms_(problem.k) {}

Contraction::Contraction(const ConvolutionProblem& problem, Pass pass)
    : work_(problem), pass_(pass) {
  const std::int64_t taps = problem.r * problem.s;
  switch (pass) {
    case Pass::kForward:
      a_elements_ = x_elements(problem);
      b_elements_ = filter_elements(problem);
      outputs_ = y_elements(problem);
      most_terms_ = problem.c / problem.groups * taps;
      break;
    case Pass::kBackwardData:
      a_elements_ = y_elements(problem);
      b_elements_ = filter_elements(problem);
      outputs_ = x_elements(problem);
      most_terms_ = problem.k / problem.groups * taps;
      break;
    case Pass::kBackwardFilter:
      a_elements_ = x_elements(problem);
      b_elements_ = y_elements(problem);
      outputs_ = filter_elements(problem);
      most_terms_ = problem.n * problem.p() * problem.q();
      break;
  }
}

void Contraction::terms_of(std::int64_t output, std::vector<Term>& terms) const {
  terms.clear();
  if (std::holds_alternative<GemmProblem>(work_)) return gemm_terms(output, terms);
  switch (pass_) {
    case Pass::kForward:
      return forward_terms(output, terms);
    case Pass::kBackwardData:
      return backward_data_terms(output, terms);
    case Pass::kBackwardFilter:
      return backward_filter_terms(output, terms);
  }
}

void Contraction::gemm_terms(std::int64_t output, std::vector<Term>& terms) const {
  const auto& p = std::get<GemmProblem>(work_);
  const std::int64_t i = output % p.m;
  const std::int64_t j = output / p.m;
  for (std::int64_t l = 0; l < p.k; ++l) {
    terms.push_back({p.trans_a ? i * p.k + l : l * p.m + i, p.trans_b ? l * p.n + j : j * p.k + l});
  }
}

void Contraction::forward_terms(std::int64_t output, std::vector<Term>& terms) const {
  const auto& p = std::get<ConvolutionProblem>(work_);
  const std::int64_t x = output % p.q();
  const std::int64_t y = output / p.q() % p.p();
  const std::int64_t filter = output / (p.q() * p.p()) % p.k;
  const std::int64_t image = output / (p.q() * p.p() * p.k);
  const std::int64_t channels = p.c / p.groups;
  const std::int64_t first = filter / (p.k / p.groups) * channels;
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t r = 0; r < p.r; ++r) {
      const auto row = input_pixel(p, 0, y, r);
      if (!row) continue;
      for (std::int64_t s = 0; s < p.s; ++s) {
        const auto column = input_pixel(p, 1, x, s);
        if (!column) continue;
        terms.push_back({offset(image, first + c, *row, *column, p.c, p.h, p.w),
                         offset(filter, c, r, s, channels, p.r, p.s)});
      }
    }
  }
}

void Contraction::backward_data_terms(std::int64_t output, std::vector<Term>& terms) const {
  const auto& p = std::get<ConvolutionProblem>(work_);
  const std::int64_t column = output % p.w;
  const std::int64_t row = output / p.w % p.h;
  const std::int64_t channel = output / (p.w * p.h) % p.c;
  const std::int64_t image = output / (p.w * p.h * p.c);
  const std::int64_t channels = p.c / p.groups;
  const std::int64_t filters = p.k / p.groups;
  const std::int64_t first = channel / channels * filters;
  for (std::int64_t filter = first; filter < first + filters; ++filter) {
    for (std::int64_t r = 0; r < p.r; ++r) {
      const auto y = output_pixel(p, 0, row, r);
      if (!y) continue;
      for (std::int64_t s = 0; s < p.s; ++s) {
        const auto x = output_pixel(p, 1, column, s);
        if (!x) continue;
        terms.push_back({offset(image, filter, *y, *x, p.k, p.p(), p.q()),
                         offset(filter, channel % channels, r, s, channels, p.r, p.s)});
      }
    }
  }
}

void Contraction::backward_filter_terms(std::int64_t output, std::vector<Term>& terms) const {
  const auto& p = std::get<ConvolutionProblem>(work_);
  const std::int64_t channels = p.c / p.groups;
  const std::int64_t s = output % p.s;
  const std::int64_t r = output / p.s % p.r;
  const std::int64_t filter = output / (p.s * p.r * channels);
  const std::int64_t channel =
      filter / (p.k / p.groups) * channels + output / (p.s * p.r) % channels;
  for (std::int64_t image = 0; image < p.n; ++image) {
    for (std::int64_t y = 0; y < p.p(); ++y) {
      const auto row = input_pixel(p, 0, y, r);
      if (!row) continue;
      for (std::int64_t x = 0; x < p.q(); ++x) {
        const auto column = input_pixel(p, 1, x, s);
        if (!column) continue;
        terms.push_back({offset(image, channel, *row, *column, p.c, p.h, p.w),
                         offset(image, filter, y, x, p.k, p.p(), p.q())});
      }
    }
  }
}

}  // namespace harness
