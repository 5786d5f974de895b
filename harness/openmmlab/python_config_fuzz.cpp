#include "harness/openmmlab/python_config.h"

#include "harness/testing/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harness;
  return fuzz_reader([&] {
    const Json config = parse_python_config(fuzzed_text(data, size), "x.py");
    if (!config.is_object()) report_finding("expected an object", config.dump());
    config.dump();
  });
}
