#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace harness {

/// What kind of thing went wrong. Callers branch on this, never on the text of what().
enum class ErrorCode {
  kUsage,              ///< The command line asks for something that does not exist.
  kIo,                 ///< The operating system refused: missing file, full disk, no permission.
  kInvalidJson,        ///< Not JSON, or JSON of another shape than the schema says.
  kInvalidTable,       ///< A Markdown table or a metafile cannot be read reliably.
  kInvalidSuite,       ///< A suite or an overlay is malformed.
  kFetchFailed,        ///< The bytes did not all arrive (network, HTTP status, disk).
  kChecksumMismatch,   ///< All bytes arrived, but they are not the pinned ones.
  kInvalidFile,        ///< A file is truncated or not of the format it should be.
  kUnsafePickle,       ///< The checkpoint uses an opcode or a global off the allow-list.
  kStateDictMismatch,  ///< A parameter is missing, unexpected or of another shape.
  kInvalidData,        ///< An image or a label map of the data set is unusable.
  kUnavailable,        ///< This machine lacks what was asked for (a GPU): a skip, not a failure.
  kInterrupted,        ///< The user asked to stop (Ctrl-C) before it was done.
  kWorkerFailed,       ///< The process that ran a row died or broke the protocol.
};

std::string_view to_string(ErrorCode code) noexcept;

/// Thrown for mistakes of the outside world: in an argument, a file, a download, a row.
/// (A broken tensor contract inside our own code is c10::Error, by TORCH_CHECK.)
class Error : public std::runtime_error {
 public:
  /// subject: what the error is about (a path, a row id, a parameter name).
  /// detail:  the expected and the actual value, and what to do, so that the reader needs no
  ///          debugger. Its control characters except line feeds become U+FFFD, and it is cut
  ///          after 4000 bytes, because it may quote a hostile file.
  /// what() reads "<code>: <subject>: <detail>".
  Error(ErrorCode code, std::string_view subject, std::string_view detail);

  ErrorCode code() const noexcept { return code_; }
  const std::string& subject() const noexcept { return subject_; }
  const std::string& detail() const noexcept { return detail_; }

 private:
  ErrorCode code_;
  std::string subject_;
  std::string detail_;
};

/// Throws Error(kIo) about `subject`: `action` and the text of errno, "cannot open: No such file or
/// directory".
[[noreturn]] void fail_io(std::string_view subject, std::string_view action);

}  // namespace harness
