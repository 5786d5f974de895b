#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// What a kernel has to compute. Sizes are those of one problem of a suite "halfproof.deepbench/1";
/// names are DeepBench's.

/// C{m, n} = op(A){m, k} * op(B){k, n}, all column-major and without gaps, as in DeepBench. A
/// transposed operand is stored as {k, m} or {n, k}.
struct GemmProblem {
  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
  bool trans_a = false;
  bool trans_b = false;

  friend bool operator==(const GemmProblem&, const GemmProblem&) = default;
};

/// One of the three products of a convolution: y = x * w, the gradient of x, the gradient of w.
enum class Pass { kForward, kBackwardData, kBackwardFilter };

/// "forward", "backward_data", "backward_filter".
std::string_view to_string(Pass pass) noexcept;
bool read_name(std::string_view name, Pass& pass) noexcept;

/// x{n, c, h, w}, filters {k, c / groups, r, s}, y{n, k, p, q}: a cross-correlation, NCHW, without
/// bias. Pairs are {of the height, of the width}.
struct ConvolutionProblem {
  std::int64_t n = 0;
  std::int64_t c = 0;
  std::int64_t h = 0;
  std::int64_t w = 0;
  std::int64_t k = 0;
  std::int64_t r = 0;
  std::int64_t s = 0;
  std::array<std::int64_t, 2> pad{0, 0};
  std::array<std::int64_t, 2> stride{1, 1};
  std::array<std::int64_t, 2> dilation{1, 1};
  std::int64_t groups = 1;
  /// Whether the layer adds a bias. It is stated and not computed: DeepBench times products alone.
  bool bias = false;
  std::vector<Pass> passes{Pass::kForward, Pass::kBackwardData, Pass::kBackwardFilter};

  /// floor((in + 2 pad - dilation (filter - 1) - 1) / stride) + 1.
  std::int64_t p() const noexcept;
  std::int64_t q() const noexcept;

  friend bool operator==(const ConvolutionProblem&, const ConvolutionProblem&) = default;
};

enum class CellType { kVanilla, kLstm, kGru };

/// "vanilla", "lstm", "gru".
std::string_view to_string(CellType type) noexcept;
bool read_name(std::string_view name, CellType& type) noexcept;

/// One layer, one direction, input size = hidden.
struct RecurrentProblem {
  CellType type = CellType::kVanilla;
  std::int64_t hidden = 0;
  std::int64_t batch = 0;
  std::int64_t timesteps = 0;

  friend bool operator==(const RecurrentProblem&, const RecurrentProblem&) = default;
};

/// A GEMM whose A has round(m k (1 - sparsity)) elements that are not zero.
struct SparseGemmProblem {
  GemmProblem dense;
  double sparsity = 0.0;  ///< Share of zeros, from 0 to below 1.

  friend bool operator==(const SparseGemmProblem&, const SparseGemmProblem&) = default;
};

/// The sum of `elements` float32 of each of `ranks` processes, in all of them.
struct AllReduceProblem {
  std::int64_t elements = 0;
  std::int64_t ranks = 0;

  friend bool operator==(const AllReduceProblem&, const AllReduceProblem&) = default;
};

using Work = std::variant<GemmProblem, ConvolutionProblem, RecurrentProblem, SparseGemmProblem,
                          AllReduceProblem>;

/// "gemm", "convolution", "recurrent", "sparse_gemm", "all_reduce".
std::string_view op_name(const Work& work) noexcept;
std::vector<std::string> op_names();

/// Where a problem was published. `line` and `sheet_row` (of the kernel workbook) are 0 where there
/// is none.
struct ProblemSource {
  std::string file;
  std::int64_t line = 0;
  std::string commit;
  std::int64_t sheet_row = 0;
};

struct Problem {
  std::string id;  ///< Names its records.
  Work work;
  ProblemSource source;      ///< `file` is "" for a problem of one's own.
  std::string application;   ///< "Vision"; "" when unknown.
  std::string duplicate_of;  ///< An earlier problem of the list with the same work.
  std::map<std::string, std::int64_t> printed;  ///< Sizes that DeepBench's workbook prints instead.
  std::map<std::string, std::int64_t> counts;   ///< By model: how often in one forward pass.
  std::map<std::string, std::vector<std::string>> layers;  ///< By model, or "all".
};

/// Largest size in each dimension, largest number of elements of a tensor, and of operations.
inline constexpr std::int64_t kMostOfASize = std::int64_t{1} << 31;
inline constexpr double kMostElements = 1099511627776.0;       // 2^40
inline constexpr double kMostOperations = 9007199254740992.0;  // 2^53

/// Reads {"id": "a", "op": "gemm", "m": 64, "n": 64, "k": 64}; what has a default in the struct may
/// be left out. Throws Error(kInvalidSuite) with the path of the key: missing, unknown, of another
/// type, a size below 1 or above the limits, a filter larger than its padded image, channels that
/// `groups` does not divide, a pass twice or none.
Problem problem_from_json(const Json& value, const std::string& subject, const std::string& path);

/// What problem_from_json reads as the same problem.
Json to_json(const Problem& problem);

/// The part of it that says what is computed: op and sizes, all of them, without id and source.
Json work_to_json(const Work& work);

}  // namespace harness
