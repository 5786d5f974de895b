#include "harness/record/examine_record.h"

namespace harness {

std::string_view to_string(FileErrorKind kind) noexcept {
  switch (kind) {
    case FileErrorKind::kMissing:
      return "missing";
    case FileErrorKind::kUnreachable:
      return "unreachable";
    case FileErrorKind::kChecksum:
      return "checksum";
    case FileErrorKind::kUnreadable:
      return "unreadable";
  }
  return "unreadable";
}

bool read_name(std::string_view name, FileErrorKind& kind) noexcept {
  for (const auto known : {FileErrorKind::kMissing, FileErrorKind::kUnreachable,
                           FileErrorKind::kChecksum, FileErrorKind::kUnreadable}) {
    if (to_string(known) != name) continue;
    kind = known;
    return true;
  }
  return false;
}

TensorStatisticsRecord& RoleStatisticsRecord::of(TensorRole role) {
  switch (role) {
    case TensorRole::kNormParameter:
      return norm_parameter;
    case TensorRole::kNormStatistics:
      return norm_statistics;
    case TensorRole::kCounter:
      return counter;
    case TensorRole::kConvolution:
      break;
  }
  return convolution;
}

}  // namespace harness
