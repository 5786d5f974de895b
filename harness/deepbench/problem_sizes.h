#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/deepbench/problem.h"

namespace harness {

/// The sizes that DeepBench's lists print of a problem, apart from what is no size.
struct ProblemSizes {
  std::string kind;  ///< Operation, transposes, cell type, sparsity, padding, strides, dilation.
  std::vector<std::pair<std::string, std::int64_t>> sizes;  ///< By name, the same of one kind.

  friend bool operator==(const ProblemSizes&, const ProblemSizes&) = default;
};

/// Passes and bias do not count: they do not change what is multiplied.
ProblemSizes sizes_of(const Work& work);

/// A size of two problems of one kind that is not the same.
struct SizeDifference {
  std::string name;
  std::int64_t first = 0;
  std::int64_t second = 0;
};

/// The only size that differs between two problems of one kind; none where they are equal, of two
/// kinds, or differ in more.
std::optional<SizeDifference> only_difference(const ProblemSizes& first,
                                              const ProblemSizes& second);

}  // namespace harness
