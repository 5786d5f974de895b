#include "harness/deepbench/problem_suite.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/number_text.h"
#include "harness/base/sha256.h"
#include "harness/base/text.h"
#include "harness/record/schema.h"
#include "harness/table/json_checks.h"

namespace harness {
namespace {

constexpr std::string_view kSchema = "halfproof.deepbench/1";

void read_suite_source(const Json& value, const std::string& subject, ProblemSuite& suite) {
  ObjectReader reader(value, subject, "source");
  suite.repository = require_text(reader, "repository");
  suite.commit = require_text(reader, "commit");
  suite.license = require_text(reader, "license");
  reader.finish();
}

[[noreturn]] void refuse(const std::string& subject, std::size_t number, std::string_view key,
                         const std::string& detail) {
  throw Error(ErrorCode::kInvalidSuite, subject,
              fmt::format("problems[{}].{}: {}", number, key, detail));
}

class ProblemCollector {
 public:
  explicit ProblemCollector(const std::string& subject) : subject_(subject) {}

  void add(Problem problem) {
    const std::size_t number = problems.size();
    const auto [there, is_new] = numbers_.try_emplace(lower_case(problem.id), number);
    if (!is_new) {
      refuse(subject_, number, "id",
             fmt::format("expected an id of its own, got {}, which problems[{}] has",
                         in_quotes(problem.id), there->second));
    }
    if (!problem.duplicate_of.empty()) require_double(problem, number);
    problems.push_back(std::move(problem));
  }

  std::vector<Problem> problems;

 private:
  void require_double(const Problem& problem, std::size_t number) const {
    const auto first = std::ranges::find(problems, problem.duplicate_of, &Problem::id);
    if (first == problems.end()) {
      refuse(subject_, number, "duplicate_of",
             fmt::format("expected an earlier problem, got {}", in_quotes(problem.duplicate_of)));
    }
    if (first->work == problem.work) return;
    refuse(subject_, number, "duplicate_of",
           fmt::format("expected the same work as {}, got other sizes", first->id));
  }

  const std::string& subject_;
  std::map<std::string, std::size_t> numbers_;
};

}  // namespace

ProblemSuite problem_suite_from_json(const Json& value, const std::string& subject) {
  require_schema(value, kSchema, subject, "name a suite such as suites/deepbench_training.json");
  ObjectReader reader(value, subject, "");
  ProblemSuite suite;
  reader.required("schema");
  suite.name = reader.required_string("name");
  require_name(reader, "name", suite.name);
  if (const Json* source = reader.optional("source")) read_suite_source(*source, subject, suite);
  const Json& problems = reader.required("problems");
  if (!problems.is_array() || problems.empty()) {
    reader.fail("problems", fmt::format("expected one problem at least, got {}",
                                        problems.is_array() ? "none" : describe_type(problems)));
  }
  reader.finish();
  ProblemCollector list(subject);
  for (std::size_t i = 0; i < problems.size(); ++i) {
    list.add(problem_from_json(problems[i], subject, fmt::format("problems[{}]", i)));
  }
  suite.problems = std::move(list.problems);
  return suite;
}

ProblemSuite read_problem_suite(const std::filesystem::path& file) {
  const std::string bytes = read_file(file);
  ProblemSuite suite = problem_suite_from_json(parse_json(bytes, file.string()), file.string());
  suite.bytes = bytes;
  suite.digest = sha256_hex(bytes);
  return suite;
}

const Problem& select_problem(const ProblemSuite& suite, std::string_view text) {
  std::vector<std::string> found;
  const Problem* last = nullptr;
  for (const auto& problem : suite.problems) {
    if (problem.id == text) return problem;
    if (problem.id.find(text) == std::string::npos) continue;
    found.push_back(problem.id);
    last = &problem;
  }
  if (found.size() == 1) return *last;
  throw Error(ErrorCode::kUsage, suite.name,
              fmt::format("expected a problem's id or an unambiguous part of it, got {}, which {}",
                          in_quotes(text),
                          found.empty()
                              ? "none of its problems has"
                              : fmt::format("{} of them have: {}", found.size(), listing(found))));
}

}  // namespace harness
