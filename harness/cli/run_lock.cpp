#include "harness/cli/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "harness/base/descriptor.h"
#include "harness/base/error.h"

namespace harness {
namespace {

/// Leaves no trace and needs no permission to write, unlike a FileLock: a run directory on
/// read-only media can be judged. False also where there is no such file.
bool is_held(const std::filesystem::path& lock) {
  const Descriptor file(::open(lock.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  // Shared, so that two who ask at a time do not take each other for the holder.
  return file.is_open() && ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace

void refuse_unfinished_run(const std::filesystem::path& folder) {
  if (!is_held(folder / kRunLock)) return;
  throw Error(ErrorCode::kUsage, folder.string(),
              "expected a run that has ended, got one that is being run by another halfproof; wait "
              "for it");
}

}  // namespace harness
