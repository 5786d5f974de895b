#include "harness/deepbench/sheet_number_rules.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/deepbench/hardware_peak.h"
#include "harness/deepbench/operation_count.h"
#include "harness/deepbench/printed_digits.h"

namespace harness {
namespace {

/// Digits in which the sheets' rates are kept.
constexpr int kRateDigits = 6;
constexpr double kFarOff = 0.02;
/// Room for the arithmetic of the comparison itself.
constexpr double kSlack = 1e-9;
/// How far above its stated boost clock a board may run: no GeForce board of the sheets' time was
/// sold for more.
constexpr double kMostBoost = 1.25;

/// A printed number and half a unit of its last digit.
struct Printed {
  double value = 0.0;
  double half = 0.0;

  double low() const noexcept { return std::max(value - half, 0.0); }
  double high() const noexcept { return value + half; }
};

std::optional<Printed> printed(const ColumnDigits& digits, const SheetRow& row,
                               std::string_view column) {
  const auto number = row.number(column);
  if (!number) return std::nullopt;
  return Printed{*number, digits.half_unit(column)};
}

/// A rate, of which kRateDigits are kept.
std::optional<Printed> printed_rate(const ColumnDigits& digits, const SheetRow& row,
                                    std::string_view column) {
  auto rate = printed(digits, row, column);
  if (rate) rate->half = std::max(rate->half, half_unit(rate->value, kRateDigits));
  return rate;
}

/// Is `quotient` dividend / divisor, or can it be what printing left of it?
bool is_quotient(Printed quotient, Printed dividend, Printed divisor) {
  const double low = dividend.low() / divisor.high();
  const bool reaches =
      divisor.low() <= 0.0 || quotient.low() <= dividend.high() / divisor.low() * (1.0 + kSlack);
  return reaches && quotient.high() >= low * (1.0 - kSlack);
}

/// A way to count a row's work: 1e9 of these in a millisecond are a rate of 1.
struct Count {
  double operations;
  std::string cause;  ///< "" for a right one.
};

struct Counts {
  std::vector<Count> operator()(const GemmProblem& gemm) const {
    const double all = total(gemm);
    return {{all, ""}, {all / 2.0, kOnePerMultiplyAdd}};
  }
  std::vector<Count> operator()(const ConvolutionProblem& problem) const {
    const double all = total(problem);
    const double pixels = static_cast<double>(problem.p() * problem.q());
    return {{all, ""},
            {all / pixels * unrounded(problem, 0) * unrounded(problem, 1),
             "the output size was not rounded"},
            {all / 2.0, kOnePerMultiplyAdd}};
  }
  std::vector<Count> operator()(const RecurrentProblem& problem) const {
    const double all = total(problem);
    const double states = static_cast<double>(problem.timesteps * problem.batch * problem.hidden);
    return {{all, ""}, {all + states, ""}, {all / 2.0, kOnePerMultiplyAdd}};
  }
  std::vector<Count> operator()(const SparseGemmProblem& problem) const {
    const double dense = total(problem.dense);
    const std::string zeros =
        "the operations were multiplied by the share of zeros, not of nonzeros";
    return {{total(problem), ""},
            {dense * (1.0 - problem.sparsity), ""},
            {dense * problem.sparsity, zeros},
            {dense * problem.sparsity / 2.0, zeros + ", and a multiply-add counted as one"},
            {dense, "all operations were counted, those with zeros too"}};
  }
  std::vector<Count> operator()(const AllReduceProblem& problem) const {
    // 1e9 bytes/s are 1e6 bytes in a millisecond.
    return {{4.0 * 1e3 * static_cast<double>(problem.elements * problem.ranks), ""}};
  }

  static double total(const Work& work) { return static_cast<double>(operation_count(work)); }
  static double unrounded(const ConvolutionProblem& problem, std::size_t side) {
    const double in = static_cast<double>(side == 0 ? problem.h : problem.w);
    const double filter = static_cast<double>(side == 0 ? problem.r : problem.s);
    return (in + 2.0 * static_cast<double>(problem.pad[side]) - filter + 1.0) /
           static_cast<double>(problem.stride[side]);
  }

  static constexpr const char* kOnePerMultiplyAdd = "a multiply-add was counted as one operation";
};

SheetQuote quote(const ResultSheet& sheet, const SheetTable& table, const SheetRow& row,
                 std::string_view column, std::string says) {
  return {std::move(says), sheet.file, table.sheet, row.row, std::string(column)};
}

/// The rate that a row's time gives.
SheetQuote from_time(const ResultSheet& sheet, const SheetTable& table, const SheetRow& row,
                     const TimeColumn& column, double time) {
  const double rate = std::visit(Counts{}, row.work).front().operations * 1e-9 / time;
  return quote(
      sheet, table, row, column.time,
      fmt::format("{} from {} ms", short_text(rate, kRateDigits), short_text(time, kRateDigits)));
}

/// Findings of a table by column and cause, in the order in which they came up.
class Findings {
 public:
  Findings(const ResultSheet& sheet, const SheetTable& table) : sheet_(sheet), table_(table) {}

  void add(const std::string& rule, std::string_view column, const std::string& cause,
           SheetConflict conflict) {
    auto found = std::ranges::find_if(findings_, [&](const SheetFinding& one) {
      return one.rule == rule && one.column == column && one.cause == cause;
    });
    if (found == findings_.end()) {
      findings_.push_back(
          {rule, sheet_.file, table_.sheet, table_.op, std::string(column), "", cause, {}});
      found = findings_.end() - 1;
    }
    found->conflicts.push_back(std::move(conflict));
  }

  /// Writes "3 of 94 rates: <say>" and moves the findings behind `all`.
  void move_to(std::vector<SheetFinding>& all, const std::string& noun, const std::string& say) {
    for (auto& one : findings_) {
      one.message = fmt::format("{} of {}: {}", one.conflicts.size(),
                                plural(looked_at_[one.column], noun), say);
      all.push_back(std::move(one));
    }
  }

  void look_at(std::string_view column) { ++looked_at_[std::string(column)]; }

 private:
  const ResultSheet& sheet_;
  const SheetTable& table_;
  std::vector<SheetFinding> findings_;
  std::map<std::string, std::int64_t> looked_at_;
};

/// One column of times and the rates beside it.
class RateRule {
 public:
  RateRule(const ResultSheet& sheet, const SheetTable& table, const ColumnDigits& digits,
           const TimeColumn& column, RateCount& count)
      : sheet_(sheet),
        table_(table),
        digits_(digits),
        column_(column),
        count_(count),
        wrong_(sheet, table) {}

  void run(std::vector<SheetFinding>& all) {
    for (const auto& row : table_.rows) {
      const auto time = printed(digits_, row, column_.time);
      const auto rate = printed_rate(digits_, row, column_.rate);
      // A time that was cut to 0 has no rate.
      if (!time || !rate || time->value <= 0.0) continue;
      wrong_.look_at(column_.rate);
      ++count_.rates;
      check(row, *time, *rate);
    }
    wrong_.move_to(all, "rate", "not what the times beside them give");
  }

 private:
  void check(const SheetRow& row, Printed time, Printed rate) {
    const Count* explained = nullptr;
    const auto counts = std::visit(Counts{}, row.work);
    for (const auto& one : counts) {
      if (!is_quotient(rate, {one.operations * 1e-9, 0.0}, time)) continue;
      if (one.cause.empty()) return;
      if (explained == nullptr) explained = &one;
    }
    const double expected = counts.front().operations * 1e-9 / time.value;
    ++count_.off;
    if (std::abs(rate.value - expected) > kFarOff * expected) ++count_.far_off;
    wrong_.add("rate", column_.rate, explained == nullptr ? "" : explained->cause,
               {quote(sheet_, table_, row, column_.rate, short_text(rate.value, kRateDigits)),
                from_time(sheet_, table_, row, column_, time.value)});
  }

  const ResultSheet& sheet_;
  const SheetTable& table_;
  const ColumnDigits& digits_;
  const TimeColumn& column_;
  RateCount& count_;
  Findings wrong_;
};

void find_missing_rates(const ResultSheet& sheet, const SheetTable& table,
                        const ColumnDigits& digits, const TimeColumn& column,
                        std::vector<SheetFinding>& all) {
  if (digits.half_unit(column.rate) == 0.0) return;
  Findings missing(sheet, table);
  for (const auto& row : table.rows) {
    const auto time = row.number(column.time);
    if (!time || *time <= 0.0) continue;
    missing.look_at(column.rate);
    if (row.number(column.rate)) continue;
    missing.add("rate_missing", column.rate, "",
                {quote(sheet, table, row, column.rate, "nothing"),
                 from_time(sheet, table, row, column, *time)});
  }
  missing.move_to(all, "time", "no rate beside them");
}

void find_wrong_speedups(const ResultSheet& sheet, const SheetTable& table,
                         const ColumnDigits& digits, std::vector<SheetFinding>& all) {
  Findings wrong(sheet, table);
  for (const auto& row : table.rows) {
    const auto speedup = printed_rate(digits, row, "speedup");
    const auto dense = printed(digits, row, "dense_ms");
    const auto sparse = printed(digits, row, "sparse_ms");
    if (!speedup || !dense || !sparse || sparse->value <= 0.0) continue;
    wrong.look_at("speedup");
    if (is_quotient(*speedup, *dense, *sparse)) continue;
    wrong.add("speedup", "speedup", "",
              {quote(sheet, table, row, "speedup", short_text(speedup->value, kRateDigits)),
               quote(sheet, table, row, "dense_ms, sparse_ms",
                     fmt::format("{} / {}", short_text(dense->value), short_text(sparse->value)))});
  }
  wrong.move_to(all, "speedup", "not the dense time over the sparse time");
}

/// A row's total and what it should be the sum of.
class Total {
 public:
  Total(const SheetTable& table, const ColumnDigits& digits, const SheetRow& row)
      : table_(table), digits_(digits), row_(row), half_(digits.half_unit("total_ms")) {
    for (const auto& column : time_columns(table.op)) {
      const auto part = printed(digits, row, column.time);
      if (!part) continue;
      parts_.emplace_back(column.time, part->value);
      sum_ += part->value;
      half_ += part->half;
    }
  }

  double sum() const noexcept { return sum_; }
  const std::vector<std::pair<std::string_view, double>>& parts() const noexcept { return parts_; }

  bool is(double total) const { return std::abs(total - sum_) <= half_ * (1.0 + kSlack); }

  /// "it leaves out fwd_ms", "" when nothing simple explains it.
  std::string cause_of(double total) const {
    for (const auto& [name, part] : parts_) {
      const double rest = sum_ - part;
      if (std::abs(total - rest) <= half_ * (1.0 + kSlack)) {
        return fmt::format("the total leaves out {}", name);
      }
      for (const auto& column : time_columns(table_.op)) {
        const auto rate = printed_rate(digits_, row_, column.rate);
        if (!rate) continue;
        if (std::abs(total - rest - rate->value) <= (half_ + rate->half) * (1.0 + kSlack)) {
          return fmt::format("the total adds {} in place of {}", column.rate, name);
        }
      }
    }
    return "";
  }

 private:
  const SheetTable& table_;
  const ColumnDigits& digits_;
  const SheetRow& row_;
  std::vector<std::pair<std::string_view, double>> parts_;
  double sum_ = 0.0;
  double half_;
};

std::string sum_text(const Total& total) {
  std::string terms;
  for (const auto& [name, part] : total.parts()) {
    terms += fmt::format("{}{}", terms.empty() ? "" : " + ", short_text(part, kRateDigits));
  }
  return fmt::format("{} = {}", terms, short_text(total.sum(), 8));
}

double largest(const SheetTable& table, std::string_view column) {
  double most = 0.0;
  for (const auto& row : table.rows) most = std::max(most, row.number(column).value_or(0.0));
  return most;
}

SheetQuote quote_of(const HardwarePeak& hardware) {
  return {fmt::format("{} at most: {:.0f} lanes at {:.0f} MHz",
                      fixed_text(fp32_peak_tflops(hardware), 2), hardware.lanes, hardware.mhz),
          std::string(hardware.source), "", 0, std::string(hardware.name)};
}

}  // namespace

std::vector<SheetFinding> find_wrong_rates(const ResultSheet& sheet, RateCount& count) {
  std::vector<SheetFinding> all;
  for (const auto& table : sheet.tables) {
    const ColumnDigits digits(table);
    for (const auto& column : time_columns(table.op)) {
      if (column.rate.empty()) continue;
      RateRule(sheet, table, digits, column, count).run(all);
      find_missing_rates(sheet, table, digits, column, all);
    }
    find_wrong_speedups(sheet, table, digits, all);
  }
  return all;
}

std::vector<SheetFinding> find_wrong_totals(const ResultSheet& sheet) {
  std::vector<SheetFinding> all;
  for (const auto& table : sheet.tables) {
    const ColumnDigits digits(table);
    Findings wrong(sheet, table);
    for (const auto& row : table.rows) {
      const auto printed_total = row.number("total_ms");
      const Total total(table, digits, row);
      if (!printed_total || total.parts().empty()) continue;
      wrong.look_at("total_ms");
      if (total.is(*printed_total)) continue;
      wrong.add("total", "total_ms", total.cause_of(*printed_total),
                {quote(sheet, table, row, "total_ms", short_text(*printed_total, 10)),
                 quote(sheet, table, row, "its times", sum_text(total))});
    }
    wrong.move_to(all, "total", "not the sum of the times");
  }
  return all;
}

std::vector<SheetFinding> find_wrong_outputs(const ResultSheet& sheet) {
  std::vector<SheetFinding> all;
  for (const auto& table : sheet.tables) {
    Findings wrong(sheet, table);
    for (const auto& row : table.rows) {
      if (!row.output) continue;
      wrong.look_at("out_printed");
      const auto& problem = std::get<ConvolutionProblem>(row.work);
      const std::array right{static_cast<double>(problem.q()), static_cast<double>(problem.p())};
      if (*row.output == right) continue;
      const std::array unrounded{Counts::unrounded(problem, 1), Counts::unrounded(problem, 0)};
      wrong.add("output", "out_printed",
                *row.output == unrounded ? "the output size was not rounded" : "",
                {quote(sheet, table, row, "out_printed",
                       fmt::format("{} x {}", (*row.output)[0], (*row.output)[1])),
                 quote(sheet, table, row, "w, h, s, r, pad, stride",
                       fmt::format("{} x {}", right[0], right[1]))});
    }
    wrong.move_to(all, "output size", "not what the row's other sizes give");
  }
  return all;
}

std::vector<SheetFinding> find_rates_above_peak(const ResultSheet& sheet) {
  std::vector<SheetFinding> all;
  const HardwarePeak* hardware = find_hardware_peak(sheet.hardware);
  if (hardware == nullptr) return all;
  const double peak = fp32_peak_tflops(*hardware);
  for (const auto& table : sheet.tables) {
    const bool is_fp32 = table.arithmetic.input == "fp32" && table.arithmetic.multiply == "fp32";
    if (table.op != "gemm" || !is_fp32) continue;
    const ColumnDigits digits(table);
    const std::string cause = largest(table, "tflops") > kMostBoost * peak
                                  ? "no clock of this processor gives that: another arithmetic ran"
                                  : "the board may have run above its stated boost clock";
    Findings wrong(sheet, table);
    for (const auto& row : table.rows) {
      const auto rate = printed_rate(digits, row, "tflops");
      if (!rate) continue;
      wrong.look_at("tflops");
      if (rate->low() <= peak) continue;
      wrong.add("peak", "tflops", cause,
                {quote(sheet, table, row, "tflops", short_text(rate->value, kRateDigits)),
                 quote_of(*hardware)});
    }
    wrong.move_to(all, "rate", "above the FP32 peak of the hardware named");
  }
  return all;
}

}  // namespace harness
