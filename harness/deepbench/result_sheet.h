#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/deepbench/problem.h"

namespace harness {

/// A time column of a result sheet and the rate that is printed beside it.
struct TimeColumn {
  std::string_view time;  ///< Milliseconds: "fwd_ms".
  std::string_view
      rate;  ///< 1e12 operations/s, of an all-reduce 1e9 bytes/s; "" when there is none.
};

/// The time columns a row of this operation may have, without its total; "" has none.
const std::vector<TimeColumn>& time_columns(std::string_view op);

/// One line of a result sheet. What is empty in the sheet is in no map.
struct SheetRow {
  std::int64_t row = 0;  ///< Of the worksheet; of a CSV file the line.
  Work work;             ///< As printed; not what the problem list has.
  std::map<std::string, double, std::less<>> numbers;  ///< "fwd_ms", "fwd_tflops", "total_ms", ...
  std::map<std::string, std::string, std::less<>> texts;  ///< "fwd_algo", "application", ...
  std::optional<std::array<double, 2>> output;  ///< Printed size of a convolution's result: {q, p}.

  /// The number under `key` where the row has one.
  std::optional<double> number(std::string_view key) const;
};

/// The arithmetic that a sheet states; "" where it does not.
struct SheetArithmetic {
  std::string input;
  std::string multiply;
  std::string accumulate;
};

/// One operation of one worksheet.
struct SheetTable {
  std::string sheet;
  std::string op;  ///< As op_name().
  SheetArithmetic arithmetic;
  std::vector<SheetRow> rows;  ///< At least one.
};

/// What was published of one machine at one time.
struct ResultSheet {
  std::string file;      ///< As it was named.
  std::string workbook;  ///< Path in the publisher's repository; "" of a CSV file.
  std::string commit;
  std::string date;
  std::string set;       ///< "training", "inference_server", "inference_device"; "" when unknown.
  std::string hardware;  ///< The accelerator, else the processor; "" when unknown.
  std::vector<SheetTable> tables;  ///< At least one.
};

inline constexpr std::string_view kResultSheetSchema = "halfproof.deepbench-results/1";
inline constexpr std::size_t kMostSheetBytes = std::size_t{1} << 26;
inline constexpr std::size_t kMostSheetTables = 1000;
inline constexpr std::size_t kMostSheetRows = 100000;  ///< Of a table.

/// Reads schema "halfproof.deepbench-results/1": one workbook, its worksheets' tables and their
/// rows. What the file's maker noted of a row (`problem`, `flags`, `fwd_tflops_from_time`,
/// `algbw_gb_per_s`, ...) may be there and is not used. Throws Error(kInvalidSuite) with the path
/// of the key, "tables[2].rows[17].fwd_ms": missing or unknown keys, sizes that problem_from_json()
/// refuses, negative and unreadable numbers, too many rows. Error(kInvalidJson) for another schema.
ResultSheet result_sheet_from_json(const Json& value, const std::string& subject);

/// The file, JSON or what result_csv.h reads (by its name's end, ".csv"). Throws Error(kIo) too,
/// also for more than kMostSheetBytes.
ResultSheet read_result_sheet(const std::filesystem::path& file);

/// Does the name end in ".csv", or is it JSON of this schema? False for what cannot be read.
bool is_result_sheet(const std::filesystem::path& file);

}  // namespace harness
