#include "harness/table/import/markdown_table.h"

#include "harness/table/import/row_claims.h"
#include "harness/table/import/table_rows.h"
#include "harness/testing/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harness;
  const std::string_view text = fuzzed_text(data, size);
  fuzz_reader([&] {
    const MarkdownTables read = read_markdown_tables(text, "x.md");
    for (const MarkdownTable& table : read.tables) {
      for (const MarkdownRow& row : table.rows) {
        if (row.cells.size() != table.header.cells.size()) {
          report_finding("expected as many cells as the header has", std::to_string(row.line));
        }
      }
    }
  });
  return fuzz_reader([&] {
    const PublishedRows page = rows_of_page(text, {"zoo/x.md", "suites"});
    for (const PublishedRow& row : page.rows) {
      claims_of_row(row, Arithmetic{.policy = Policy::kFp16Master}, "");
    }
  });
}
