#include "harness/base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "harness/base/error.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

int open_or_throw(const fs::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
  if (descriptor < 0) {
    throw Error(ErrorCode::kIo, path.string(), std::string("cannot open: ") + std::strerror(errno));
  }
  return descriptor;
}

void wait_for_lock(int descriptor) {
  while (::flock(descriptor, LOCK_EX) != 0 && errno == EINTR) {
  }
}

/// The one before us may have removed the file while we waited: then our lock is on a file that
/// nobody else will ever find.
bool still_there(int descriptor, const fs::path& path) {
  struct stat held {};
  struct stat named {};
  return ::fstat(descriptor, &held) == 0 && ::stat(path.c_str(), &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

}  // namespace

FileLock FileLock::on_file(const fs::path& path) {
  for (;;) {
    const int descriptor = open_or_throw(path, O_RDWR | O_CREAT);
    wait_for_lock(descriptor);
    if (still_there(descriptor, path)) return {descriptor, path};
    ::close(descriptor);
  }
}

FileLock FileLock::on_folder(const fs::path& folder) {
  const int descriptor = open_or_throw(folder, O_RDONLY | O_DIRECTORY);
  wait_for_lock(descriptor);
  return {descriptor, {}};
}

FileLock::~FileLock() {
  if (descriptor_ < 0) return;
  if (!removed_.empty()) ::unlink(removed_.c_str());
  ::close(descriptor_);
}

FileLock::FileLock(FileLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), removed_(std::move(other.removed_)) {}

}  // namespace harness
