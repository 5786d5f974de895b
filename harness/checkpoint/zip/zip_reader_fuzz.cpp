#include "harness/checkpoint/zip/zip_reader.h"

#include "harness/testing/fuzz_checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harness;
  const auto bytes = fuzzed_bytes(data, size);
  fuzz_reader([&] {
    const ZipReader zip(bytes, "x.pth");
    for (const ZipEntry& entry : zip.entries()) {
      fuzz_reader([&] { zip.read_small(entry, std::size_t{1} << 16); });
    }
  });
  return fuzz_reader([&] { read_whole_checkpoint(bytes); });
}
