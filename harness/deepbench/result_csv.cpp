#include "harness/deepbench/result_csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/number_text.h"
#include "harness/base/text.h"
#include "harness/table/json_checks.h"

namespace harness {
namespace {

enum class Kind { kSize, kFlag, kName, kMicroseconds, kMilliseconds, kNumber, kText, kUnused };

struct Column {
  std::string_view name;  ///< In lower case.
  std::string_view key;   ///< Of the problem, or of SheetRow.
  Kind kind;
  bool required = true;
};

struct CsvForm {
  std::string_view op;
  std::vector<Column> columns;
};

constexpr Column kPrecision{"precision", "precision", Kind::kUnused};
constexpr Column kPadded{"pad_kerenels", "", Kind::kUnused, false};

std::vector<Column> with_gemm_sizes(std::vector<Column> others) {
  std::vector<Column> columns{{"m", "m", Kind::kSize},
                              {"n", "n", Kind::kSize},
                              {"k", "k", Kind::kSize},
                              {"a_t", "trans_a", Kind::kFlag},
                              {"b_t", "trans_b", Kind::kFlag}};
  columns.insert(columns.end(), others.begin(), others.end());
  return columns;
}

CsvForm convolution_form() {
  return {"convolution",
          {{"w", "w", Kind::kSize},
           {"h", "h", Kind::kSize},
           {"c", "c", Kind::kSize},
           {"n", "n", Kind::kSize},
           {"k", "k", Kind::kSize},
           {"f_w", "s", Kind::kSize},
           {"f_h", "r", Kind::kSize},
           {"pad_w", "pad_w", Kind::kSize},
           {"pad_h", "pad_h", Kind::kSize},
           {"stride_w", "stride_w", Kind::kSize},
           {"stride_h", "stride_h", Kind::kSize},
           kPrecision,
           {"fwd_time (usec)", "fwd_ms", Kind::kMicroseconds},
           {"bwd_inputs_time (usec)", "bwd_data_ms", Kind::kMicroseconds, false},
           {"bwd_params_time (usec)", "bwd_filter_ms", Kind::kMicroseconds, false},
           {"total_time (usec)", "total_ms", Kind::kMicroseconds, false},
           kPadded,
           {"fwd_algo", "fwd_algo", Kind::kText, false}}};
}

CsvForm recurrent_form() {
  return {"recurrent",
          {{"type", "type", Kind::kName},
           {"hidden", "hidden", Kind::kSize},
           {"n", "batch", Kind::kSize},
           {"timesteps", "timesteps", Kind::kSize},
           kPrecision,
           {"fwd_time (usec)", "fwd_ms", Kind::kMicroseconds},
           {"bwd_inputs_time (usec)", "bwd_data_ms", Kind::kMicroseconds, false},
           {"bwd_params_time (usec)", "bwd_weights_ms", Kind::kMicroseconds, false}}};
}

const std::vector<CsvForm>& csv_forms() {
  static const std::vector<CsvForm> kForms{
      {"gemm",
       with_gemm_sizes({kPrecision, {"time (usec)", "time_ms", Kind::kMicroseconds}, kPadded})},
      convolution_form(),
      recurrent_form(),
      {"sparse_gemm", with_gemm_sizes({{"sparsity", "sparsity", Kind::kNumber},
                                       {"sparse time (usec)", "sparse_ms", Kind::kMicroseconds},
                                       {"dense time (usec)", "dense_ms", Kind::kMicroseconds},
                                       {"speedup", "speedup", Kind::kNumber}})},
      {"all_reduce",
       {{"# of floats", "elements", Kind::kSize},
        {"bytes transferred", "", Kind::kUnused, false},
        {"ranks", "ranks", Kind::kSize},
        {"time (msec)", "time_ms", Kind::kMilliseconds}}}};
  return kForms;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find(separator, begin);
    parts.push_back(trimmed(text.substr(begin, end - begin)));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

class CsvReader {
 public:
  explicit CsvReader(const std::string& subject) : subject_(subject) { sheet_.file = subject; }

  ResultSheet read(std::string_view text) {
    std::int64_t line = 0;
    for (const auto content : split(text, '\n')) {
      ++line;
      if (content.empty()) continue;
      if (form_ == nullptr) {
        read_header(line, content);
      } else {
        read_line(line, content);
      }
    }
    if (sheet_.tables.empty()) fail(line, "expected a header and a row at least, got none");
    return std::move(sheet_);
  }

 private:
  [[noreturn]] void fail(std::int64_t line, const std::string& detail) const {
    throw Error(ErrorCode::kInvalidFile, subject_, fmt::format("line {}: {}", line, detail));
  }

  void read_header(std::int64_t line, std::string_view content) {
    std::vector<std::string> names;
    for (const auto name : split(content, ',')) names.push_back(lower_case(name));
    if (std::set(names.begin(), names.end()).size() != names.size()) {
      fail(line, "expected columns of different names, got one twice");
    }
    for (const auto& form : csv_forms()) {
      if (fits(form, names)) form_ = &form;
    }
    if (form_ != nullptr) return find_columns(names);
    fail(line, fmt::format("expected the columns of one of DeepBench's programs, such as \"m, n, "
                           "k, a_t, b_t, precision, time (usec)\", got {}",
                           in_quotes(content)));
  }

  static bool fits(const CsvForm& form, const std::vector<std::string>& names) {
    for (const auto& column : form.columns) {
      if (column.required && !contains(names, column.name)) return false;
    }
    return std::ranges::all_of(names, [&form](const std::string& name) {
      return std::ranges::find(form.columns, name, &Column::name) != form.columns.end();
    });
  }

  void find_columns(const std::vector<std::string>& names) {
    for (const auto& name : names) {
      columns_.push_back(&*std::ranges::find(form_->columns, name, &Column::name));
    }
  }

  void read_line(std::int64_t line, std::string_view content) {
    const auto cells = split(content, ',');
    if (cells.size() != columns_.size()) {
      fail(line,
           fmt::format("expected {}, got {}", plural(std::ssize(columns_), "cell"), cells.size()));
    }
    SheetRow row;
    row.row = line;
    Json problem = {{"id", "row"}, {"op", form_->op}};
    std::string precision = form_->op == "sparse_gemm" || form_->op == "all_reduce" ? "float" : "";
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (columns_[i]->key == "precision") precision = lower_case(cells[i]);
      read_cell(line, *columns_[i], cells[i], problem, row);
    }
    row.work = problem_from_json(to_pairs(problem), subject_, fmt::format("line {}", line)).work;
    add(line, precision, std::move(row));
  }

  void read_cell(std::int64_t line, const Column& column, std::string_view cell, Json& problem,
                 SheetRow& row) const {
    const std::string key(column.key);
    switch (column.kind) {
      case Kind::kSize:
        problem[key] = size(line, column, cell);
        return;
      case Kind::kFlag:
        problem[key] = flag(line, column, cell);
        return;
      case Kind::kName:
        problem[key] = lower_case(cell);
        return;
      case Kind::kText:
        row.texts[key] = excerpt(cell);
        return;
      case Kind::kUnused:
        return;
      case Kind::kMicroseconds:
      case Kind::kMilliseconds:
      case Kind::kNumber:
        break;
    }
    if (cell.empty() || lower_case(cell) == "not supported") return;
    const double value = number(line, column, cell);
    if (key == "sparsity") problem[key] = value;
    if (key != "sparsity") row.numbers[key] = scaled(value, column.kind);
  }

  static double scaled(double value, Kind kind) {
    return kind == Kind::kMicroseconds ? value / 1000.0 : value;
  }

  std::int64_t size(std::int64_t line, const Column& column, std::string_view cell) const {
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (code == std::errc() && end == cell.data() + cell.size()) return value;
    fail(line, fmt::format("{}: expected a whole number, got {}", column.name, in_quotes(cell)));
  }

  bool flag(std::int64_t line, const Column& column, std::string_view cell) const {
    if (cell == "1" || cell == "t") return true;
    if (cell == "0" || cell == "n") return false;
    fail(line, fmt::format("{}: expected 0 or 1, n or t, got {}", column.name, in_quotes(cell)));
  }

  double number(std::int64_t line, const Column& column, std::string_view cell) const {
    double value = 0.0;
    const auto [end, code] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    const bool is_number = code == std::errc() && end == cell.data() + cell.size();
    if (is_number && value >= 0.0 && value <= 1e15) return value;
    fail(line,
         fmt::format("{}: expected a number from 0 to 1e15, got {}", column.name, in_quotes(cell)));
  }

  static Json to_pairs(Json problem) {
    for (const std::string name : {"pad", "stride"}) {
      if (!problem.contains(name + "_h")) continue;
      problem[name] = {problem[name + "_h"], problem[name + "_w"]};
      problem.erase(name + "_h");
      problem.erase(name + "_w");
    }
    return problem;
  }

  void add(std::int64_t line, const std::string& precision, SheetRow row) {
    static const std::map<std::string, SheetArithmetic> kArithmetics{
        {"float", {"fp32", "fp32", "fp32"}},
        {"half", {"fp16", "", ""}},
        {"int8", {"int8", "", ""}}};
    const auto arithmetic = kArithmetics.find(precision);
    if (arithmetic == kArithmetics.end()) {
      fail(line,
           fmt::format("precision: expected float, half or int8, got {}", in_quotes(precision)));
    }
    auto table = std::ranges::find(sheet_.tables, precision, &SheetTable::sheet);
    if (table == sheet_.tables.end()) {
      sheet_.tables.push_back({precision, std::string(form_->op), arithmetic->second, {}});
      table = sheet_.tables.end() - 1;
    }
    if (table->rows.size() == kMostSheetRows) {
      fail(line, fmt::format("expected at most {} rows, got more", kMostSheetRows));
    }
    table->rows.push_back(std::move(row));
  }

  const std::string& subject_;
  const CsvForm* form_ = nullptr;
  std::vector<const Column*> columns_;
  ResultSheet sheet_;
};

}  // namespace

ResultSheet result_sheet_from_csv(std::string_view text, const std::string& subject) {
  return CsvReader(subject).read(text);
}

}  // namespace harness
