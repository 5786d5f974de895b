#include "harness/judge/rules/file/unread_weights.h"

#include <fmt/format.h>

#include <iterator>
#include <vector>

#include "harness/base/number_text.h"
#include "harness/base/text.h"

namespace harness {

std::string not_read_text(const CheckpointRecord& checkpoint) {
  std::vector<std::string> names;
  for (const auto& [name, form] : checkpoint.not_read) {
    names.push_back(fmt::format("{} ({})", name, form));
  }
  return fmt::format("{} of a form that is not supported: {}", plural(std::ssize(names), "tensor"),
                     listing(names));
}

std::optional<Finding> unless_all_were_read(const CheckpointRecord& checkpoint,
                                            const std::string& seen) {
  const bool saw_none = checkpoint.values->all.elements <= 0;
  if (checkpoint.not_read.empty()) {
    return saw_none ? std::optional(fail_unmeasured("no weight was looked at")) : std::nullopt;
  }
  return not_verifiable(fmt::format("{}; {}", saw_none ? "no weight was looked at" : seen,
                                    not_read_text(checkpoint)));
}

}  // namespace harness
