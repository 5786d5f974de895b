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
  kInvalidTable,       ///< A Markdown table or a metafile that cannot be read rightly.
  kInvalidSuite,       ///< A suite or an overlay is malformed.
  kFetchFailed,        ///< The bytes did not all arrive (network, HTTP status, disk).
  kChecksumMismatch,   ///< All bytes arrived, and they are not the pinned ones.
  kInvalidFile,        ///< A file is truncated or not of the format it should be.
  kUnsafePickle,       ///< The checkpoint uses an opcode or a global off the allow-list.
  kStateDictMismatch,  ///< A parameter is missing, unexpected or of another shape.
  kInvalidData,        ///< An image or a label map of the data set is unusable.
  kUnavailable,        ///< This machine lacks what was asked for (a GPU): a skip, not a failure.
  kInterrupted,        ///< The user asked to stop (Ctrl-C) before it was done.
  kWorkerFailed,       ///< The process that ran a row died or broke the protocol.
};

std::string_view to_string(ErrorCode code) noexcept;

/// Thrown for what the outside world gets wrong: an argument, a file, a download, a row.
/// (A broken tensor contract inside our own code is c10::Error, by TORCH_CHECK.)
class Error : public std::runtime_error {
 public:
  /// subject: what it is about (a path, a row id, a parameter name).
  /// detail:  expected and actual, both, and what to do, so that the reader needs no debugger.
  ///          Control characters in it but for line feeds become U+FFFD, and it ends after 4000
  ///          bytes: it may quote a file that means harm.
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

/// Throws Error(kIo) about `subject`, with what errno says of the `action`: "cannot open: No such
/// file or directory".
[[noreturn]] void fail_io(std::string_view subject, std::string_view action);

}  // namespace harness
