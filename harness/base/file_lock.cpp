#include "harness/base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace harness {
namespace fs = std::filesystem;
namespace {

/// False when another holds it, which only LOCK_NB comes back with.
bool lock(const Descriptor& file, int how) {
  while (::flock(file.get(), how) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) return true;  // A file system that knows no locks.
  }
  return true;
}

/// The one before us may have removed the file while we waited: then our lock is on a file that
/// nobody else will ever find.
bool still_there(const Descriptor& file, const fs::path& path) {
  struct stat held {};
  struct stat named {};
  return ::fstat(file.get(), &held) == 0 && ::stat(path.c_str(), &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

/// A descriptor that holds the lock, or none when another does.
Descriptor lock_file(const fs::path& path, int how) {
  for (;;) {
    Descriptor file = open_file(path, O_RDWR | O_CREAT);
    if (!lock(file, how)) return {};
    if (still_there(file, path)) return file;
  }
}

}  // namespace

FileLock FileLock::on_file(const fs::path& path) {
  return {lock_file(path, LOCK_EX), path};
}

std::optional<FileLock> FileLock::try_on_file(const fs::path& path) {
  Descriptor file = lock_file(path, LOCK_EX | LOCK_NB);
  if (!file.is_open()) return std::nullopt;
  return FileLock(std::move(file), path);
}

FileLock FileLock::on_folder(const fs::path& folder) {
  Descriptor file = open_file(folder, O_RDONLY | O_DIRECTORY);
  lock(file, LOCK_EX);
  return {std::move(file), {}};
}

bool FileLock::is_held(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  // Shared, so that two who ask at a time do not take each other for the holder.
  return file.is_open() && !lock(file, LOCK_SH | LOCK_NB);
}

FileLock::~FileLock() {
  // Before the lock is let go: afterwards the name may be another process's.
  if (held_.is_open() && !removed_.empty()) ::unlink(removed_.c_str());
}

}  // namespace harness
