#include "harness/deepbench/result_sheet.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/text.h"
#include "harness/deepbench/result_csv.h"
#include "harness/record/schema.h"
#include "harness/table/json_checks.h"

namespace harness {
namespace {

constexpr double kLargestNumber = 1e15;
constexpr std::size_t kMostText = 1000;

using Keys = std::vector<std::string_view>;

/// The columns of one operation.
struct RowForm {
  std::string_view op;
  Keys sizes;
  std::vector<TimeColumn> times;
  Keys required;  ///< Numbers that are there, or null.
  Keys numbers;   ///< Besides times and rates.
  Keys texts;
  Keys notes;  ///< Of the file's maker: not used.
};

const std::vector<RowForm>& forms() {
  static const std::vector<RowForm> kForms{{"gemm",
                                            {"m", "n", "k", "trans_a", "trans_b"},
                                            {{"time_ms", "tflops"}},
                                            {"time_ms", "tflops"},
                                            {},
                                            {"application"},
                                            {"padded"}},
                                           {"convolution",
                                            {"n", "c", "h", "w", "k", "r", "s"},
                                            {{"fwd_ms", "fwd_tflops"},
                                             {"bwd_data_ms", "bwd_data_tflops"},
                                             {"bwd_filter_ms", "bwd_filter_tflops"}},
                                            {"fwd_ms", "fwd_tflops"},
                                            {"total_ms"},
                                            {"application", "fwd_algo", "fwd_note"},
                                            {"padded"}},
                                           {"recurrent",
                                            {"type", "hidden", "batch", "timesteps"},
                                            {{"fwd_ms", "fwd_tflops"},
                                             {"bwd_ms", "bwd_tflops"},
                                             {"bwd_data_ms", "bwd_data_tflops"},
                                             {"bwd_weights_ms", "bwd_weights_tflops"}},
                                            {"fwd_ms", "fwd_tflops"},
                                            {"total_ms"},
                                            {"application"},
                                            {}},
                                           {"sparse_gemm",
                                            {"m", "n", "k", "trans_a", "trans_b", "sparsity"},
                                            {{"sparse_ms", "sparse_tflops"}, {"dense_ms", ""}},
                                            {"sparse_ms", "dense_ms", "sparse_tflops", "speedup"},
                                            {"speedup"},
                                            {"application"},
                                            {}},
                                           {"all_reduce",
                                            {"elements", "ranks"},
                                            {{"time_ms", "gb_per_s"}},
                                            {"time_ms", "std_ms", "gb_per_s"},
                                            {"std_ms"},
                                            {"algorithm"},
                                            {"nodes", "algbw_gb_per_s", "busbw_gb_per_s"}}};
  return kForms;
}

const RowForm* find_form(std::string_view op) {
  const auto found = std::ranges::find(forms(), op, &RowForm::op);
  return found == forms().end() ? nullptr : &*found;
}

Work read_sizes(ObjectReader& reader, const RowForm& form, const std::string& subject,
                const std::string& path) {
  Json problem = {{"id", "row"}, {"op", form.op}};
  for (const auto key : form.sizes) problem[std::string(key)] = reader.required(key);
  if (form.op == "convolution") {
    problem["pad"] = {reader.required("pad_h"), reader.required("pad_w")};
    problem["stride"] = {reader.required("stride_h"), reader.required("stride_w")};
  }
  return problem_from_json(problem, subject, path).work;
}

double checked_number(const ObjectReader& reader, std::string_view key, const Json& value) {
  if (!value.is_number()) {
    reader.fail(key, fmt::format("expected a number or null, got {}", excerpt_of(value)));
  }
  const double number = value.get<double>();
  if (number >= 0.0 && number <= kLargestNumber) return number;
  reader.fail(key, fmt::format("expected a number from 0 to 1e15, got {}", excerpt_of(value)));
}

void read_number(ObjectReader& reader, std::string_view key, bool required, SheetRow& row) {
  const Json* value = required ? &reader.required(key) : reader.optional(key);
  if (value == nullptr || value->is_null()) return;
  row.numbers.emplace(key, checked_number(reader, key, *value));
}

void read_numbers(ObjectReader& reader, const RowForm& form, SheetRow& row) {
  const auto is_required = [&form](std::string_view key) {
    return std::ranges::find(form.required, key) != form.required.end();
  };
  for (const auto& column : form.times) {
    read_number(reader, column.time, is_required(column.time), row);
    if (!column.rate.empty()) read_number(reader, column.rate, is_required(column.rate), row);
  }
  for (const auto key : form.numbers) read_number(reader, key, is_required(key), row);
}

void read_text(ObjectReader& reader, std::string_view key, SheetRow& row) {
  const auto text = reader.optional_string(key);
  if (!text) return;
  if (text->size() > kMostText) {
    reader.fail(
        key, fmt::format("expected a text of at most {} bytes, got {}", kMostText, text->size()));
  }
  row.texts.emplace(key, *text);
}

void read_output(ObjectReader& reader, SheetRow& row) {
  const Json* value = reader.optional("out_printed");
  if (value == nullptr) return;
  if (!value->is_array() || value->size() != 2) {
    reader.fail("out_printed", fmt::format("expected two numbers, got {}", excerpt_of(*value)));
  }
  row.output = {checked_number(reader, "out_printed", (*value)[0]),
                checked_number(reader, "out_printed", (*value)[1])};
}

/// Asks for the keys of the file's maker, so that they are known.
void pass_notes(ObjectReader& reader, const RowForm& form) {
  reader.required("problem");
  reader.optional("flags");
  for (const auto key : form.notes) reader.optional(key);
  for (const auto& column : form.times) {
    if (!column.rate.empty()) reader.optional(fmt::format("{}_from_time", column.rate));
  }
}

SheetRow read_row(const Json& value, const RowForm& form, const std::string& subject,
                  const std::string& path) {
  ObjectReader reader(value, subject, path);
  SheetRow row;
  row.row = require_between(reader, "row", reader.required_integer("row"), 1, kMostOfASize);
  row.work = read_sizes(reader, form, subject, path);
  read_numbers(reader, form, row);
  for (const auto key : form.texts) read_text(reader, key, row);
  if (form.op == "convolution") read_output(reader, row);
  pass_notes(reader, form);
  reader.finish();
  return row;
}

std::string text_or_null(ObjectReader& reader, std::string_view key) {
  const Json& value = reader.required(key);
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  reader.fail(key, fmt::format("expected a string or null, got {}", describe_type(value)));
}

SheetArithmetic read_arithmetic(const Json& value, const std::string& subject,
                                const std::string& path) {
  if (value.is_null()) return {};
  ObjectReader reader(value, subject, path);
  SheetArithmetic arithmetic{text_or_null(reader, "input"), text_or_null(reader, "multiply"),
                             text_or_null(reader, "accumulate")};
  reader.finish();
  return arithmetic;
}

const Json& required_list(ObjectReader& reader, std::string_view key, std::size_t most) {
  const Json& list = reader.required(key);
  if (!list.is_array()) {
    reader.fail(key, fmt::format("expected a list, got {}", describe_type(list)));
  }
  if (!list.empty() && list.size() <= most) return list;
  reader.fail(key, fmt::format("expected 1 to {} entries, got {}", most, list.size()));
}

SheetTable read_table(const Json& value, const std::string& subject, const std::string& path) {
  ObjectReader reader(value, subject, path);
  SheetTable table;
  table.sheet = require_text(reader, "sheet");
  table.op = reader.required_string("op");
  const RowForm* form = find_form(table.op);
  if (form == nullptr) {
    reader.fail("op",
                fmt::format("expected one of DeepBench's operations, got {}", in_quotes(table.op)));
  }
  table.arithmetic =
      read_arithmetic(reader.required("precision"), subject, reader.path_of("precision"));
  const Json& rows = required_list(reader, "rows", kMostSheetRows);
  reader.finish();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    table.rows.push_back(read_row(rows[i], *form, subject, fmt::format("{}.rows[{}]", path, i)));
  }
  return table;
}

void read_workbook(const Json& value, const std::string& subject, ResultSheet& sheet) {
  ObjectReader reader(value, subject, "source");
  reader.required_string("repository");
  reader.optional_string("blob");
  sheet.workbook = require_text(reader, "file");
  sheet.commit = require_text(reader, "commit");
  sheet.date = require_text(reader, "date");
  reader.finish();
}

/// An object of texts and nulls with free keys: a machine's parts, versions of software.
std::map<std::string, std::string> read_free_texts(ObjectReader& reader, std::string_view key) {
  const Json& value = reader.required(key);
  if (!value.is_object()) {
    reader.fail(key, fmt::format("expected an object, got {}", describe_type(value)));
  }
  std::map<std::string, std::string> texts;
  for (const auto& [name, text] : value.items()) {
    if (!text.is_string() && !text.is_null()) {
      reader.fail(key, fmt::format("expected texts, got {} under {}", describe_type(text),
                                   in_quotes(name)));
    }
    if (text.is_string()) texts[name] = text.get<std::string>();
  }
  return texts;
}

}  // namespace

const std::vector<TimeColumn>& time_columns(std::string_view op) {
  static const std::vector<TimeColumn> kNone;
  const RowForm* form = find_form(op);
  return form == nullptr ? kNone : form->times;
}

std::optional<double> SheetRow::number(std::string_view key) const {
  const auto found = numbers.find(key);
  return found == numbers.end() ? std::nullopt : std::optional(found->second);
}

ResultSheet result_sheet_from_json(const Json& value, const std::string& subject) {
  require_schema(value, kResultSheetSchema, subject, "name a DeepBench result file");
  ObjectReader reader(value, subject, "");
  ResultSheet sheet;
  sheet.file = subject;
  reader.required("schema");
  read_workbook(reader.required("source"), subject, sheet);
  sheet.set = require_one_of(reader, "set", reader.required_string("set"),
                             {"training", "inference_server", "inference_device"});
  auto parts = read_free_texts(reader, "hardware");
  sheet.hardware = parts.contains("accelerator") ? parts["accelerator"] : parts["cpu"];
  read_free_texts(reader, "software");
  reader.optional_string("superseded_by");
  const Json& tables = required_list(reader, "tables", kMostSheetTables);
  reader.finish();
  for (std::size_t i = 0; i < tables.size(); ++i) {
    sheet.tables.push_back(read_table(tables[i], subject, fmt::format("tables[{}]", i)));
  }
  return sheet;
}

ResultSheet read_result_sheet(const std::filesystem::path& file) {
  const std::string bytes = read_file(file, kMostSheetBytes);
  if (lower_case(file.extension().string()) == ".csv") {
    return result_sheet_from_csv(bytes, file.string());
  }
  return result_sheet_from_json(parse_json(bytes, file.string()), file.string());
}

bool is_result_sheet(const std::filesystem::path& file) {
  if (lower_case(file.extension().string()) == ".csv") return true;
  try {
    const Json value = parse_json(read_file(file, kMostSheetBytes), file.string());
    return value.is_object() && value.contains("schema") && value["schema"] == kResultSheetSchema;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace harness
