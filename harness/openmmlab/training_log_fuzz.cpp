#include "harness/openmmlab/training_log.h"

#include "harness/report/inspect.h"
#include "harness/report/inspect_text.h"
#include "harness/testing/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harness;
  return fuzz_reader([&] {
    const TrainingLog log = parse_training_log(fuzzed_text(data, size), "x.log.json");
    inspect_text(inspect_training_log(log, "x.log.json"));
  });
}
