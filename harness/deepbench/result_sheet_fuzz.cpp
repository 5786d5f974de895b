#include "harness/deepbench/result_csv.h"
#include "harness/deepbench/sheet_audit.h"
#include "harness/testing/fuzz_target.h"

namespace {

/// The form is told by the first byte, as the command tells it by the name.
harness::ResultSheet read(std::string_view text) {
  if (!text.starts_with('{')) return harness::result_sheet_from_csv(text, "x.csv");
  return harness::result_sheet_from_json(harness::parse_json(text, "x.json"), "x.json");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harness;
  return fuzz_reader([&] {
    const SheetAudit audit = audit_sheets({read(fuzzed_text(data, size))}, {});
    sheet_audit_text(audit);
    to_json(audit);
  });
}
