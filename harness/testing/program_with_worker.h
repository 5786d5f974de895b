#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "harness/base/file.h"

namespace harness {

/// For tests: the command with a worker beside it that is a shell script.
class ProgramWithWorker {
 public:
  explicit ProgramWithWorker(const std::string& script) {
    namespace fs = std::filesystem;
    fs::copy_file(HALFPROOF_PROGRAM, path());
    const fs::path worker = folder_.path() / "halfproof-worker";
    std::ofstream(worker) << "#!/bin/sh\n" << script << "\n";
    fs::permissions(worker, fs::perms::owner_all);
  }

  std::filesystem::path path() const { return folder_.path() / "halfproof"; }
  /// Where a test may put what it makes.
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

}  // namespace harness
