#include "harness/artifact/training_log.h"

#include "harness/artifact/inspect.h"
#include "harness/artifact/inspect_text.h"
#include "harness/base/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harness;
  return fuzz_reader([&] {
    const TrainingLog log = parse_training_log(fuzzed_text(data, size), "x.log.json");
    inspect_text(inspect_training_log(log, "x.log.json"));
  });
}
