#include "harness/judge/rules/file/code_claim.h"

#include <fmt/format.h>

#include <algorithm>

namespace harness {

std::string code_text(std::vector<UnknownCodeRecord> code, bool all) {
  constexpr std::size_t kMaxText = 1000;
  // What runs comes first: the text may be cut.
  std::stable_partition(code.begin(), code.end(), [](const auto& one) { return one.runs; });
  std::string text;
  std::size_t left = 0;
  for (const auto& one : code) {
    if (!all && !one.runs) continue;
    if (text.size() > kMaxText) {
      ++left;
      continue;
    }
    text += text.empty() ? "" : "; ";
    text += one.use == "calls" ? fmt::format("{}({})", one.name, one.arguments)
                               : fmt::format("{} {}", one.use, one.name);
  }
  return left == 0 ? text : fmt::format("{}; and {} more", text, left);
}

Finding judge_code(const CheckpointRecord& checkpoint) {
  if (!checkpoint.format) return fail_unmeasured("examine did not look for code in the checkpoint");
  const auto& code = checkpoint.unknown_code;
  if (code.empty()) {
    return pass_or_fail(true, "none",
                        "tensors, plain data and names that are known to be harmless");
  }
  const bool runs = !code_text(code, /*all=*/false).empty();
  return pass_or_fail(
      false, std::ssize(code),
      fmt::format("unknown code, which Python {} on loading the file: {}",
                  runs ? "would run" : "would import", code_text(code, /*all=*/true)));
}

}  // namespace harness
