#include "harness/cli/worker_versions.h"

#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/sha256.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

/// A worker that is a shell script, and which notes that it was asked.
class WorkerVersions : public testing::Test {
 protected:
  WorkerOptions worker(const std::string& body) {
    WorkerOptions options;
    options.worker = folder_.path() / "worker";
    const fs::path asked = folder_.path() / "asked";
    write_file_atomic(options.worker,
                      "#!/bin/sh\necho $1 $(cat) >> " + asked.string() + "\n" + body + "\n");
    fs::permissions(options.worker, fs::perms::owner_all);
    return options;
  }
  std::string asked() { return read_file(folder_.path() / "asked"); }

  TemporaryFolder folder_;
};

TEST_F(WorkerVersions, AreAskedOfEachProgramOnce) {
  WorkerOptions options = worker(R"(echo '{"versions": {"LibTorch": "2.11.0"}}')");
  const Json versions = worker_versions(options);
  EXPECT_EQ(versions.at("program"), sha256_file(options.worker));
  EXPECT_EQ(versions.at("LibTorch"), "2.11.0");
  EXPECT_EQ(worker_versions(options), versions);
  EXPECT_EQ(asked(), "versions {\"device\":\"cpu\"}\n");
  options.device = "cuda";
  worker_versions(options);
  EXPECT_EQ(asked(), "versions {\"device\":\"cpu\"}\nversions {\"device\":\"cuda\"}\n");
  // Another program in the same place.
  options = worker(R"(echo '{"versions": {"LibTorch": "2.12.0"}}')");
  EXPECT_EQ(worker_versions(options).at("LibTorch"), "2.12.0");
}

TEST_F(WorkerVersions, OfAProgramThatFailsAreItsDigestAlone) {
  const WorkerOptions options = worker(R"(echo '{"event": "error", "message": "x"}'; exit 2)");
  EXPECT_EQ(worker_versions(options), (Json{{"program", sha256_file(options.worker)}}));
  WorkerOptions nowhere;
  nowhere.worker = folder_.path() / "nowhere";
  EXPECT_EQ(worker_versions(nowhere), (Json{{"program", ""}}));
}

}  // namespace
}  // namespace harness
