#include "harness/checkpoint/legacy_stream.h"

#include "harness/testing/fuzz_checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harness;
  const auto bytes = fuzzed_bytes(data, size);
  if (!is_legacy_stream(bytes)) return -1;
  return fuzz_reader([&] { read_whole_checkpoint(bytes); });
}
