#include "harness/base/error.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "harness/base/unicode.h"

namespace harness {
namespace {

constexpr std::size_t kMaxDetail = 4000;

/// Details quote the content of untrusted files.
std::string safe_to_print(std::string_view text) {
  std::string safe;
  for (std::string_view rest = text.substr(0, kMaxDetail); !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    safe += printable(rest.substr(0, end));
    if (end < rest.size()) safe += '\n';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (text.size() > kMaxDetail) safe += "…";
  return safe;
}

std::string compose(ErrorCode code, std::string_view subject, std::string_view detail) {
  return fmt::format("{}: {}: {}", to_string(code), printable(subject), safe_to_print(detail));
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
    case ErrorCode::kInterrupted:
      return "interrupted";
    case ErrorCode::kWorkerFailed:
      return "worker failed";
  }
  return "unknown";
}

Error::Error(ErrorCode code, std::string_view subject, std::string_view detail)
    : std::runtime_error(compose(code, subject, detail)),
      code_(code),
      subject_(subject),
      detail_(safe_to_print(detail)) {}

void fail_io(std::string_view subject, std::string_view action) {
  const std::string reason = std::strerror(errno);
  throw Error(ErrorCode::kIo, subject, fmt::format("{}: {}", action, reason));
}

}  // namespace harness
