#include "harness/deepbench/problem_suite.h"

#include "harness/testing/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harness;
  return fuzz_reader(
      [&] { problem_suite_from_json(parse_json(fuzzed_text(data, size), "x.json"), "x.json"); });
}
