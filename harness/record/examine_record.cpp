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
    case FileErrorKind::kUnsafe:
      return "unsafe";
  }
  return "unreadable";
}

bool read_name(std::string_view name, FileErrorKind& kind) noexcept {
  for (const auto known :
       {FileErrorKind::kMissing, FileErrorKind::kUnreachable, FileErrorKind::kChecksum,
        FileErrorKind::kUnreadable, FileErrorKind::kUnsafe}) {
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
    case TensorRole::kOtherWeight:
      return other_weight;
    case TensorRole::kIndex:
      return index;
    case TensorRole::kConvolution:
      break;
  }
  return convolution;
}

}  // namespace harness
