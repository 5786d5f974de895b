#include "harness/table/metafile.h"

#include "harness/base/fuzz_target.h"
#include "harness/table/metafile_rows.h"
#include "harness/table/row_claims.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harness;
  return fuzz_reader([&] {
    for (const PublishedRow& row :
         rows_of_metafile(fuzzed_text(data, size), {"zoo/x.yml", "suites"})) {
      claims_of_row(row, {{"policy", "fp16-master"}}, "");
    }
  });
}
