#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/arithmetic/element_type.h"
#include "harness/deepbench/problem.h"

namespace harness {

/// "fp16", "bf16", "fp32", "tf32", "fp64", "int8": what a suite may be asked for in.
std::vector<std::string> deepbench_precisions();

/// What operands are stored in; nullopt for a precision of no element type here.
std::optional<ElementType> storage_of(std::string_view precision) noexcept;

/// Why nothing on the CPU computes such a problem in that precision: "no engine: ..."; "" where
/// LibTorch does.
std::string missing_engine(const Work& work, std::string_view precision);

/// The passes of a problem that an engine computes, by their names in records: "product" of a GEMM.
std::vector<std::string> pass_names(const Work& work);

/// Bytes that running one pass on the CPU takes at its peak. With a, b, y the elements of operands
/// and result and e their bytes:
///   4 (a + b) e + 3 y e         operands of both cases, in both the check's and LibTorch's memory
///   + 4 (a + b + y)             half: widened to float
///   + 4 (a + b + y)             half, float: what oneDNN may reorder
///   + 8 c/groups r s p q        double, filters above 1x1: columns of one image for each thread
std::int64_t memory_need(const Work& work, ElementType storage, std::int64_t threads);

}  // namespace harness
