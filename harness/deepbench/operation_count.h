#pragma once

#include <cstdint>

#include "harness/deepbench/problem.h"

namespace harness {

/// Operations of a problem: one multiply-add is two. As DeepBench's result sheets count, which
/// leave activations, biases and beta * C out and count products with a convolution's own zeros of
/// padding:
///   gemm         2 m n k
///   convolution  2 n k p q (c / groups) r s, for each pass the same
///   recurrent    2 g timesteps batch hidden^2 with g = 1, 4, 3 gates of vanilla, LSTM, GRU: the
///                recurrent product alone, as DeepBench does not multiply the input
///   sparse_gemm  2 nonzeros n with nonzeros = round(m k (1 - sparsity)): the work that is needed;
///                the sheets multiply by the sparsity instead
///   all_reduce   (ranks - 1) elements additions
std::int64_t operation_count(const Work& work);

/// Bytes that have to move, when each operand is read once and each result written once.
/// element_bytes: of storage.
///   gemm         (m k + k n + m n) b
///   convolution  (n c h w + k (c / groups) r s + n k p q) b, for each pass the same
///   recurrent    (g hidden^2 + 2 timesteps batch hidden) b
///   sparse_gemm  nonzeros (b + 4) + 4 (m + 1) + (k n + m n) b: compressed rows, 32-bit indices
///   all_reduce   2 elements ranks b: each rank reads its own and writes the sum
std::int64_t byte_count(const Work& work, std::int64_t element_bytes);

/// round(m k (1 - sparsity)).
std::int64_t expected_nonzeros(const SparseGemmProblem& problem) noexcept;

}  // namespace harness
