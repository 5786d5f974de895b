#pragma once

#include <string>
#include <string_view>

#include "harness/deepbench/result_sheet.h"

namespace harness {

/// Reads what a program of DeepBench prints, as CSV: a header with its column names, then a line a
/// problem. Blanks around a cell do not count; quotation marks are not understood. One file is one
/// operation, by its columns (DeepBench's names; times in microseconds where it prints those):
///   gemm         m, n, k, a_t, b_t, precision, time (usec)
///   convolution  w, h, c, n, k, f_w, f_h, pad_w, pad_h, stride_w, stride_h, precision,
///                fwd_time (usec); in training bwd_inputs_time (usec), bwd_params_time (usec),
///                total_time (usec); fwd_algo
///   recurrent    type, hidden, N, timesteps, precision, fwd_time (usec); in training
///                bwd_inputs_time (usec), bwd_params_time (usec)
///   sparse_gemm  m, n, k, a_t, b_t, sparsity, sparse time (usec), dense time (usec), speedup
///   all_reduce   # of floats, ranks, Time (msec); bytes transferred is known and not used. `ranks`
///                is ours: the program prints it in a line of its own
/// a_t and b_t are 0 or 1, n or t. precision is float, half or int8; rows of each make a table
/// of their own. "Not Supported" and nothing at all mean that there is no time. pad_kerenels
/// (DeepBench's spelling) is known and not used.
/// Throws Error(kInvalidFile) with the line and the column: unknown, missing and double columns, a
/// line with another number of cells, what is no number, no row, too many rows; sizes as
/// problem_from_json() refuses them.
ResultSheet result_sheet_from_csv(std::string_view text, const std::string& subject);

}  // namespace harness
