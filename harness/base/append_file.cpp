#include "harness/base/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include <fmt/format.h>

#include "harness/base/error.h"

namespace harness {

AppendFile::AppendFile(std::filesystem::path path, std::uintmax_t keep_bytes)
    : path_(std::move(path)),
      file_(open_file(path_, O_WRONLY | O_CREAT | O_APPEND)),
      size_(keep_bytes) {
  cut(keep_bytes);
}

void AppendFile::cut(std::uintmax_t keep_bytes) {
  struct stat state {};
  if (::fstat(file_.get(), &state) != 0) fail_io(path_.string(), "cannot look at");
  if (static_cast<std::uintmax_t>(state.st_size) < keep_bytes) {
    throw Error(ErrorCode::kInvalidFile, path_.string(),
                fmt::format("expected the {} bytes that the saved state continues from, got {}; "
                            "remove the folder to start over",
                            keep_bytes, state.st_size));
  }
  if (::ftruncate(file_.get(), static_cast<off_t>(keep_bytes)) != 0) {
    fail_io(path_.string(), "cannot cut");
  }
}

void AppendFile::write(std::string_view text) {
  size_ += text.size();
  if (!write_all(file_, std::as_bytes(std::span(text)))) fail_io(path_.string(), "cannot append");
}

std::uintmax_t AppendFile::sync() {
  if (::fsync(file_.get()) != 0) fail_io(path_.string(), "cannot fsync");
  return size_;
}

}  // namespace harness
