#include "harness/checkpoint/pickle/pickle_json.h"
#include "harness/checkpoint/pickle/unpickler.h"
#include "harness/testing/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harness;
  return fuzz_reader([&] {
    const Unpickled unpickled = unpickle(fuzzed_bytes(data, size), "x.pkl");
    if (unpickled.size > size) report_finding("expected a pickle within its bytes", "more");
    PickleToJson json(unpickled.tree, "x.pkl");
    json.convert(unpickled.tree.root, "").dump();
  });
}
