#include "harness/base/error.h"

namespace harness {
namespace {

std::string compose(ErrorCode code, std::string_view subject, std::string_view detail) {
  std::string text(to_string(code));
  text.append(": ").append(subject).append(": ").append(detail);
  return text;
}

}  // namespace

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kUsage:
      return "usage";
    case ErrorCode::kIo:
      return "io";
    case ErrorCode::kInvalidJson:
      return "invalid json";
    case ErrorCode::kInvalidTable:
      return "invalid table";
    case ErrorCode::kInvalidSuite:
      return "invalid suite";
    case ErrorCode::kFetchFailed:
      return "fetch failed";
    case ErrorCode::kChecksumMismatch:
      return "checksum mismatch";
    case ErrorCode::kInvalidFile:
      return "invalid file";
    case ErrorCode::kUnsafePickle:
      return "unsafe pickle";
    case ErrorCode::kStateDictMismatch:
      return "state dict mismatch";
    case ErrorCode::kInvalidData:
      return "invalid data";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kWorkerFailed:
      return "worker failed";
  }
  return "unknown";
}

Error::Error(ErrorCode code, std::string_view subject, std::string_view detail)
    : std::runtime_error(compose(code, subject, detail)),
      code_(code),
      subject_(subject),
      detail_(detail) {}

}  // namespace harness
