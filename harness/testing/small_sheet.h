#pragma once

#include <string>

#include <fmt/format.h>

#include "harness/deepbench/result_sheet.h"

namespace harness {

/// A result file of one table: `rows` is the text of its JSON rows, of `op`, in `precision`.
inline std::string small_sheet_text(const std::string& op, const std::string& rows,
                                    const std::string& precision = "fp32",
                                    const std::string& hardware = "NVIDIA V100",
                                    const std::string& date = "2019-10-07") {
  return fmt::format(
      R"({{"schema": "halfproof.deepbench-results/1", "source": {{"repository": "r", "file": "f.xlsx",
      "commit": "c", "date": "{}"}}, "set": "training", "hardware": {{"cpu": "a", "accelerator": "{}"}},
      "software": {{"cuda": "10"}}, "tables": [{{"sheet": "S", "op": "{}",
      "precision": {{"input": "{}", "multiply": "{}", "accumulate": "fp32"}}, "rows": [{}]}}]}})",
      date, hardware, op, precision, precision, rows);
}

inline ResultSheet small_sheet(const std::string& op, const std::string& rows,
                               const std::string& file = "x.json",
                               const std::string& date = "2019-10-07",
                               const std::string& hardware = "NVIDIA V100",
                               const std::string& precision = "fp32") {
  return result_sheet_from_json(
      parse_json(small_sheet_text(op, rows, precision, hardware, date), file), file);
}

/// A GEMM's row of a sheet.
inline std::string gemm_row(int row, int m, int n, int k, double time_ms, double tflops) {
  return fmt::format(
      R"({{"row": {}, "m": {}, "n": {}, "k": {}, "trans_a": false, "trans_b": false,
          "time_ms": {}, "tflops": {}, "problem": null}})",
      row, m, n, k, time_ms, tflops);
}

}  // namespace harness
