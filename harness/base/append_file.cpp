#include "harness/base/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "harness/base/error.h"

namespace harness {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* action) {
  throw Error(ErrorCode::kIo, path.string(), std::string(action) + ": " + std::strerror(errno));
}

}  // namespace

AppendFile::AppendFile(std::filesystem::path path, std::uintmax_t keep_bytes)
    : path_(std::move(path)), size_(keep_bytes) {
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor_ < 0) fail(path_, "cannot open to append");
  try {
    cut(keep_bytes);
  } catch (const Error&) {
    ::close(descriptor_);
    throw;
  }
}

void AppendFile::cut(std::uintmax_t keep_bytes) {
  struct stat state {};
  if (::fstat(descriptor_, &state) != 0) fail(path_, "cannot look at");
  if (static_cast<std::uintmax_t>(state.st_size) < keep_bytes) {
    throw Error(ErrorCode::kInvalidFile, path_.string(),
                "expected the " + std::to_string(keep_bytes) +
                    " bytes that the saved state goes on from, got " +
                    std::to_string(state.st_size) + "; remove the folder to begin anew");
  }
  if (::ftruncate(descriptor_, static_cast<off_t>(keep_bytes)) != 0) fail(path_, "cannot cut");
}

AppendFile::~AppendFile() {
  ::close(descriptor_);
}

void AppendFile::write(std::string_view text) {
  size_ += text.size();
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor_, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path_, "cannot append");
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::uintmax_t AppendFile::sync() {
  if (::fsync(descriptor_) != 0) fail(path_, "cannot fsync");
  return size_;
}

}  // namespace harness
