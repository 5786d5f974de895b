#include "harness/cli/run_lock.h"

#include "harness/base/error.h"
#include "harness/base/file_lock.h"

namespace harness {

void refuse_unfinished_run(const std::filesystem::path& folder) {
  if (!FileLock::is_held(folder / kRunLock)) return;
  throw Error(ErrorCode::kUsage, folder.string(),
              "expected a run that has ended, got one that is being run by another halfproof; wait "
              "for it");
}

}  // namespace harness
