#include "harness/deepbench/problem.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/table/json_checks.h"

namespace harness {
namespace {

constexpr std::array<std::pair<Pass, std::string_view>, 3> kPasses{
    {{Pass::kForward, "forward"},
     {Pass::kBackwardData, "backward_data"},
     {Pass::kBackwardFilter, "backward_filter"}}};
constexpr std::array<std::pair<CellType, std::string_view>, 3> kCells{
    {{CellType::kVanilla, "vanilla"}, {CellType::kLstm, "lstm"}, {CellType::kGru, "gru"}}};
/// In the order of Work.
constexpr std::array<std::string_view, 5> kOps{"gemm", "convolution", "recurrent", "sparse_gemm",
                                               "all_reduce"};

template <typename E, std::size_t N>
std::string_view name_of(const std::array<std::pair<E, std::string_view>, N>& names,
                         E value) noexcept {
  return names[static_cast<std::size_t>(value)].second;
}

template <typename E, std::size_t N>
bool find_name(const std::array<std::pair<E, std::string_view>, N>& names, std::string_view name,
               E& value) noexcept {
  for (const auto& [known, known_name] : names) {
    if (known_name != name) continue;
    value = known;
    return true;
  }
  return false;
}

template <typename E, std::size_t N>
E required_name(ObjectReader& reader, std::string_view key, const std::string& text,
                const std::array<std::pair<E, std::string_view>, N>& names) {
  E value{};
  if (find_name(names, text, value)) return value;
  std::vector<std::string> known;
  for (const auto& [one, name] : names) known.emplace_back(name);
  reader.fail(key, fmt::format("expected {}, got {}", enumeration(known), in_quotes(text)));
}

std::int64_t size(ObjectReader& reader, std::string_view key) {
  return require_between(reader, key, reader.required_integer(key), 1, kMostOfASize);
}

bool flag(ObjectReader& reader, std::string_view key) {
  const Json* value = reader.optional(key);
  if (value == nullptr) return false;
  if (value->is_boolean()) return value->get<bool>();
  reader.fail(key, fmt::format("expected a boolean, got {}", describe_type(*value)));
}

/// [of the height, of the width].
void read_pair(ObjectReader& reader, std::string_view key, std::int64_t least,
               std::array<std::int64_t, 2>& pair) {
  const Json* value = reader.optional(key);
  if (value == nullptr) return;
  const bool is_pair = value->is_array() && value->size() == 2 && (*value)[0].is_number_integer() &&
                       (*value)[1].is_number_integer();
  if (!is_pair) {
    reader.fail(key, fmt::format("expected two integers, got {}", excerpt_of(*value)));
  }
  for (std::size_t side = 0; side < 2; ++side) {
    pair[side] =
        require_between(reader, key, (*value)[side].get<std::int64_t>(), least, kMostOfASize);
  }
}

void require_elements(const ObjectReader& reader, std::string_view key, double elements) {
  if (elements <= kMostElements) return;
  reader.fail(key, fmt::format("expected tensors of at most {:.0f} elements, got one of {:.4g}",
                               kMostElements, elements));
}

double product(std::initializer_list<std::int64_t> sizes) {
  double all = 1.0;
  for (const auto one : sizes) all *= static_cast<double>(one);
  return all;
}

void require_operations(const ObjectReader& reader, double operations) {
  if (operations <= kMostOperations) return;
  reader.fail("op", fmt::format("expected at most 2^53 operations, got {:.4g}", operations));
}

GemmProblem read_gemm(ObjectReader& reader) {
  GemmProblem gemm{size(reader, "m"), size(reader, "n"), size(reader, "k"), flag(reader, "trans_a"),
                   flag(reader, "trans_b")};
  require_elements(reader, "m", product({gemm.m, gemm.k}));
  require_elements(reader, "n", product({gemm.k, gemm.n}));
  require_elements(reader, "m", product({gemm.m, gemm.n}));
  require_operations(reader, 2.0 * product({gemm.m, gemm.n, gemm.k}));
  return gemm;
}

void read_passes(ObjectReader& reader, std::vector<Pass>& passes) {
  const Json* value = reader.optional("passes");
  if (value == nullptr) return;
  if (!value->is_array() || value->empty()) {
    reader.fail("passes", fmt::format("expected a list of passes, got {}", excerpt_of(*value)));
  }
  passes.clear();
  for (const auto& one : *value) {
    if (!one.is_string()) {
      reader.fail("passes", fmt::format("expected names, got {}", describe_type(one)));
    }
    const Pass pass = required_name(reader, "passes", one.get<std::string>(), kPasses);
    if (std::ranges::find(passes, pass) != passes.end()) {
      reader.fail("passes", fmt::format("expected each once, got {} twice", to_string(pass)));
    }
    passes.push_back(pass);
  }
}

/// Pixels that the filter reaches over.
std::int64_t reach(std::int64_t filter, std::int64_t dilation) noexcept {
  return dilation * (filter - 1) + 1;
}

void require_fitting_filter(const ObjectReader& reader, const ConvolutionProblem& problem) {
  const std::array image{problem.h, problem.w};
  const std::array filter{problem.r, problem.s};
  for (std::size_t side = 0; side < 2; ++side) {
    const double padded =
        static_cast<double>(image[side]) + 2.0 * static_cast<double>(problem.pad[side]);
    const double reached = product({problem.dilation[side], filter[side] - 1}) + 1.0;
    if (reached <= padded) continue;
    reader.fail(side == 0 ? "r" : "s",
                fmt::format("expected a filter within the padded image of {:.0f}, got one that "
                            "reaches over {:.0f}",
                            padded, reached));
  }
}

void require_convolution(const ObjectReader& reader, const ConvolutionProblem& problem) {
  if (problem.c % problem.groups != 0 || problem.k % problem.groups != 0) {
    reader.fail("groups", fmt::format("expected a divisor of c = {} and k = {}, got {}", problem.c,
                                      problem.k, problem.groups));
  }
  require_fitting_filter(reader, problem);
  require_elements(reader, "n", product({problem.n, problem.c, problem.h, problem.w}));
  require_elements(reader, "k",
                   product({problem.k, problem.c / problem.groups, problem.r, problem.s}));
  const double output = product({problem.n, problem.k, problem.p(), problem.q()});
  require_elements(reader, "n", output);
  require_operations(reader,
                     2.0 * output * product({problem.c / problem.groups, problem.r, problem.s}));
}

ConvolutionProblem read_convolution(ObjectReader& reader) {
  ConvolutionProblem problem;
  problem.n = size(reader, "n");
  problem.c = size(reader, "c");
  problem.h = size(reader, "h");
  problem.w = size(reader, "w");
  problem.k = size(reader, "k");
  problem.r = size(reader, "r");
  problem.s = size(reader, "s");
  read_pair(reader, "pad", 0, problem.pad);
  read_pair(reader, "stride", 1, problem.stride);
  read_pair(reader, "dilation", 1, problem.dilation);
  const auto groups = reader.optional_integer("groups").value_or(1);
  problem.groups = require_between(reader, "groups", groups, 1, kMostOfASize);
  problem.bias = flag(reader, "bias");
  read_passes(reader, problem.passes);
  require_convolution(reader, problem);
  return problem;
}

RecurrentProblem read_recurrent(ObjectReader& reader) {
  RecurrentProblem problem;
  problem.type = required_name(reader, "type", reader.required_string("type"), kCells);
  problem.hidden = size(reader, "hidden");
  problem.batch = size(reader, "batch");
  problem.timesteps = size(reader, "timesteps");
  require_operations(
      reader, 8.0 * product({problem.timesteps, problem.batch, problem.hidden, problem.hidden}));
  return problem;
}

SparseGemmProblem read_sparse_gemm(ObjectReader& reader) {
  SparseGemmProblem problem{read_gemm(reader), reader.required_number("sparsity")};
  if (problem.sparsity >= 0.0 && problem.sparsity < 1.0) return problem;
  reader.fail("sparsity", fmt::format("expected a share of zeros, 0 or more and below 1, got {}",
                                      problem.sparsity));
}

AllReduceProblem read_all_reduce(ObjectReader& reader) {
  AllReduceProblem problem{size(reader, "elements"), size(reader, "ranks")};
  require_operations(reader, product({problem.elements, problem.ranks}));
  return problem;
}

Work read_work(ObjectReader& reader) {
  const std::string op = reader.required_string("op");
  if (op == kOps[0]) return read_gemm(reader);
  if (op == kOps[1]) return read_convolution(reader);
  if (op == kOps[2]) return read_recurrent(reader);
  if (op == kOps[3]) return read_sparse_gemm(reader);
  if (op == kOps[4]) return read_all_reduce(reader);
  reader.fail("op", fmt::format("expected {}, got {}", enumeration(op_names()), in_quotes(op)));
}

ProblemSource read_source(const Json& value, const std::string& subject, const std::string& path) {
  ObjectReader reader(value, subject, path);
  ProblemSource source;
  source.file = require_text(reader, "file");
  source.commit = require_text(reader, "commit");
  for (const auto& [key, number] :
       {std::pair{"line", &source.line}, std::pair{"sheet_row", &source.sheet_row}}) {
    const auto given = reader.optional_integer(key);
    if (given) *number = require_between(reader, key, *given, 1, kMostOfASize);
  }
  reader.finish();
  return source;
}

/// {"k": 1530}: an object of numbers of at least 1.
std::map<std::string, std::int64_t> read_numbers(ObjectReader& reader, std::string_view key) {
  std::map<std::string, std::int64_t> numbers;
  const Json* value = reader.optional(key);
  if (value == nullptr) return numbers;
  if (!value->is_object()) {
    reader.fail(key, fmt::format("expected an object, got {}", describe_type(*value)));
  }
  for (const auto& [name, number] : value->items()) {
    if (!number.is_number_integer()) {
      reader.fail(key, fmt::format("expected integers, got {}", excerpt_of(number)));
    }
    numbers[name] = require_between(reader, key, number.get<std::int64_t>(), 1, kMostOfASize);
  }
  return numbers;
}

std::map<std::string, std::vector<std::string>> read_layers(ObjectReader& reader) {
  std::map<std::string, std::vector<std::string>> layers;
  const Json* value = reader.optional("layers");
  if (value == nullptr) return layers;
  if (!value->is_object()) {
    reader.fail("layers", fmt::format("expected an object, got {}", describe_type(*value)));
  }
  for (const auto& [model, names] : value->items()) {
    const bool are_names = names.is_array() && std::ranges::all_of(names, [](const Json& name) {
                             return name.is_string();
                           });
    if (!are_names) {
      reader.fail("layers", fmt::format("expected lists of names, got {}", excerpt_of(names)));
    }
    layers[model] = names.get<std::vector<std::string>>();
  }
  return layers;
}

void write_gemm(Json& value, const GemmProblem& gemm) {
  value["m"] = gemm.m;
  value["n"] = gemm.n;
  value["k"] = gemm.k;
  value["trans_a"] = gemm.trans_a;
  value["trans_b"] = gemm.trans_b;
}

struct WorkWriter {
  Json& value;

  void operator()(const GemmProblem& gemm) const { write_gemm(value, gemm); }
  void operator()(const ConvolutionProblem& problem) const {
    for (const auto& [key, size] :
         {std::pair{"n", problem.n}, std::pair{"c", problem.c}, std::pair{"h", problem.h},
          std::pair{"w", problem.w}, std::pair{"k", problem.k}, std::pair{"r", problem.r},
          std::pair{"s", problem.s}}) {
      value[key] = size;
    }
    value["pad"] = problem.pad;
    value["stride"] = problem.stride;
    value["dilation"] = problem.dilation;
    value["groups"] = problem.groups;
    value["bias"] = problem.bias;
    for (const Pass pass : problem.passes) value["passes"].push_back(to_string(pass));
  }
  void operator()(const RecurrentProblem& problem) const {
    value["type"] = to_string(problem.type);
    value["hidden"] = problem.hidden;
    value["batch"] = problem.batch;
    value["timesteps"] = problem.timesteps;
  }
  void operator()(const SparseGemmProblem& problem) const {
    write_gemm(value, problem.dense);
    value["sparsity"] = problem.sparsity;
  }
  void operator()(const AllReduceProblem& problem) const {
    value["elements"] = problem.elements;
    value["ranks"] = problem.ranks;
  }
};

Json to_json(const ProblemSource& source) {
  Json value = {{"file", source.file}};
  if (source.line > 0) value["line"] = source.line;
  value["commit"] = source.commit;
  if (source.sheet_row > 0) value["sheet_row"] = source.sheet_row;
  return value;
}

}  // namespace

std::string_view to_string(Pass pass) noexcept {
  return name_of(kPasses, pass);
}

bool read_name(std::string_view name, Pass& pass) noexcept {
  return find_name(kPasses, name, pass);
}

std::string_view to_string(CellType type) noexcept {
  return name_of(kCells, type);
}

bool read_name(std::string_view name, CellType& type) noexcept {
  return find_name(kCells, name, type);
}

std::int64_t ConvolutionProblem::p() const noexcept {
  return (h + 2 * pad[0] - reach(r, dilation[0])) / stride[0] + 1;
}

std::int64_t ConvolutionProblem::q() const noexcept {
  return (w + 2 * pad[1] - reach(s, dilation[1])) / stride[1] + 1;
}

std::string_view op_name(const Work& work) noexcept {
  return kOps[work.index()];
}

std::vector<std::string> op_names() {
  return {kOps.begin(), kOps.end()};
}

Problem problem_from_json(const Json& value, const std::string& subject, const std::string& path) {
  ObjectReader reader(value, subject, path);
  Problem problem;
  problem.id = reader.required_string("id");
  require_name(reader, "id", problem.id);
  problem.work = read_work(reader);
  if (const Json* source = reader.optional("source")) {
    problem.source = read_source(*source, subject, reader.path_of("source"));
  }
  problem.application = reader.optional_string("application").value_or("");
  problem.duplicate_of = reader.optional_string("duplicate_of").value_or("");
  problem.printed = read_numbers(reader, "printed");
  problem.counts = read_numbers(reader, "counts");
  problem.layers = read_layers(reader);
  reader.finish();
  return problem;
}

Json work_to_json(const Work& work) {
  Json value = {{"op", op_name(work)}};
  std::visit(WorkWriter{value}, work);
  return value;
}

Json to_json(const Problem& problem) {
  Json value = {{"id", problem.id}};
  const Json work = work_to_json(problem.work);
  for (const auto& [key, part] : work.items()) value[key] = part;
  if (!problem.application.empty()) value["application"] = problem.application;
  if (!problem.duplicate_of.empty()) value["duplicate_of"] = problem.duplicate_of;
  if (!problem.printed.empty()) value["printed"] = problem.printed;
  if (!problem.counts.empty()) value["counts"] = problem.counts;
  if (!problem.layers.empty()) value["layers"] = problem.layers;
  if (!problem.source.file.empty()) value["source"] = to_json(problem.source);
  return value;
}

}  // namespace harness
