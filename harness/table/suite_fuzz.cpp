#include "harness/table/suite.h"

#include "harness/testing/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harness;
  return fuzz_reader([&] {
    const Suite suite = suite_from_json(parse_json(fuzzed_text(data, size), "x.json"), "x.json");
    const std::string written = to_json(suite).dump();
    const Suite again = suite_from_json(parse_json(written, "x.json"), "x.json");
    if (to_json(again).dump() != written) report_finding("expected the same suite again", written);
  });
}
