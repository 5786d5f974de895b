#pragma once

#include <cstdint>
#include <vector>

#include "harness/deepbench/result_sheet.h"
#include "harness/deepbench/sheet_finding.h"

namespace harness {

/// Rates that were held against their times.
struct RateCount {
  std::int64_t rates = 0;
  std::int64_t off = 0;      ///< Beyond what the printed digits round away.
  std::int64_t far_off = 0;  ///< By more than 2 % besides.
};

/// "rate": a printed rate that is not the row's operations (operation_count.h; of a recurrent layer
/// also with timesteps * batch * hidden additions) over its printed time, within half a unit of the
/// last digit of both; of an all-reduce 4 elements ranks bytes over the time. Causes that it tries:
/// sparse products counted with the share of zeros in place of the density, also without the factor
/// 2, and dense; a convolution's output size not rounded, (in + 2 pad - filter + 1) / stride;
/// multiply-adds counted as one operation.
/// "rate_missing": a time without its rate in a column that has rates.
/// "speedup": a sparse product's speedup that is not its dense time over its sparse time.
std::vector<SheetFinding> find_wrong_rates(const ResultSheet& sheet, RateCount& count);

/// "total": total_ms that is not the sum of the row's times, within half a unit of all their last
/// digits. Causes: a time that it leaves out, also with a rate added in its place.
std::vector<SheetFinding> find_wrong_totals(const ResultSheet& sheet);

/// "output": a printed size of a convolution's output that is not 1 + floor((in + 2 pad - filter) /
/// stride).
std::vector<SheetFinding> find_wrong_outputs(const ResultSheet& sheet);

/// "peak": a rate of a GEMM in FP32 above the FP32 peak of the hardware that the sheet names
/// (hardware_peak.h).
std::vector<SheetFinding> find_rates_above_peak(const ResultSheet& sheet);

}  // namespace harness
