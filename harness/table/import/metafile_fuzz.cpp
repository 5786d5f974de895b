#include "harness/table/import/metafile.h"

#include "harness/table/import/metafile_rows.h"
#include "harness/table/import/row_claims.h"
#include "harness/testing/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harness;
  return fuzz_reader([&] {
    const PublishedRows page = rows_of_metafile(fuzzed_text(data, size), {"zoo/x.yml", "suites"});
    for (const PublishedRow& row : page.rows) {
      claims_of_row(row, Arithmetic{.policy = Policy::kFp16Master}, "");
    }
  });
}
