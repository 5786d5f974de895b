#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "harness/deepbench/problem.h"

namespace harness {

/// A suite of `halfproof deepbench`:
///   {"schema": "halfproof.deepbench/1", "name": "own",
///    "source": {"repository": "...", "commit": "...", "license": "..."},   (may be left out)
///    "problems": [{"id": "a", "op": "gemm", "m": 64, "n": 64, "k": 64}]}
struct ProblemSuite {
  std::string name;
  std::string repository;  ///< "" for problems of one's own, as commit and license.
  std::string commit;
  std::string license;
  std::vector<Problem> problems;
  std::string bytes;   ///< The file as it was read.
  std::string digest;  ///< Its sha256.
};

/// Throws Error(kInvalidSuite): what problem_from_json() refuses, no problem, an id twice (also one
/// that only differs in case, which one file system in two tells apart), a `duplicate_of` that is
/// no earlier problem with the same work. Error(kInvalidJson) for another schema.
ProblemSuite problem_suite_from_json(const Json& value, const std::string& subject);

/// The same of a file. Throws Error(kIo) too.
ProblemSuite read_problem_suite(const std::filesystem::path& file);

/// The problem with this id, or the only one whose id has `text` in it. Throws Error(kUsage).
const Problem& select_problem(const ProblemSuite& suite, std::string_view text);

}  // namespace harness
