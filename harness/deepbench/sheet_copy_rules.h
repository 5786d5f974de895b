#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/deepbench/result_sheet.h"
#include "harness/deepbench/sheet_finding.h"

namespace harness {

/// Columns are compared where two tables have at least this many problems in common, and are copies
/// where at least this share of them agrees to the digit; names of algorithms where all do.
inline constexpr std::int64_t kLeastRowsOfACopy = 16;
inline constexpr double kLeastShareOfACopy = 0.9;

/// Times of one problem that are farther apart than this (of the smaller one) are no noise: in the
/// published sheets repeats lie within 20 %, and none between that and 25 %.
inline constexpr double kMostOfANoise = 0.25;

/// Repeated times of a table that are all the same are copies when there are this many. Fewer may
/// agree by chance, as times of whole microseconds do.
inline constexpr std::int64_t kLeastCopiedTimes = 4;

/// "copied": a column of times, or of algorithms' names, that two tables of one operation share, of
/// two files or of one, or that a table has twice. A table is held against the older ones (by date,
/// then in the order of the files); algorithms are not named again where the times are copies, and
/// not where they are all the same name. Rows belong together when their problems are the same, the
/// n-th of a problem with the n-th.
std::vector<SheetFinding> find_copies(const std::vector<ResultSheet>& sheets);

/// Problems that a worksheet lists more than once: how far their times are apart.
struct RepeatNoise {
  std::string file;
  std::string sheet;
  std::int64_t times = 0;  ///< Pairs of times that count.
  double median = 0.0;     ///< Of |a - b| / min(a, b).
  double largest = 0.0;
  std::int64_t copied = 0;  ///< Pairs left out because the table's repeats are copies.
  std::int64_t apart = 0;   ///< Pairs left out because they are more than kMostOfANoise apart.
};

/// The noise floor of each worksheet that repeats a problem.
/// "repeat.copied": all times of a table's repeated problems are the same to the digit.
/// "repeat.apart": one whose times are more than kMostOfANoise apart.
std::vector<RepeatNoise> noise_of(const ResultSheet& sheet, std::vector<SheetFinding>& findings);

}  // namespace harness
