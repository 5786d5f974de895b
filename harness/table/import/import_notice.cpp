#include "harness/table/import/import_notice.h"

#include <fmt/format.h>

#include "harness/base/error.h"

namespace harness {

std::string to_string(const ImportNotice& notice) {
  return fmt::format("{}: {}", notice.place, notice.detail);
}

void require_readable(const std::vector<ImportNotice>& notices) {
  constexpr std::size_t kShown = 20;
  const ImportNotice* first = nullptr;
  std::size_t count = 0;
  std::string others;
  for (const ImportNotice& notice : notices) {
    if (notice.kind != ImportNotice::Kind::kRefused) continue;
    if (count++ == 0) {
      first = &notice;
    } else if (count <= kShown) {
      others += fmt::format("\n{}", to_string(notice));
    }
  }
  if (first == nullptr) return;
  if (count > kShown) others += fmt::format("\nand {} more", count - kShown);
  throw Error(ErrorCode::kInvalidTable, first->place, first->detail + others);
}

}  // namespace harness
