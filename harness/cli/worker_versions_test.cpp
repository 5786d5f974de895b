#include "harness/cli/worker_versions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/record/environment.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

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

std::string refusal(const WorkerOptions& options) {
  try {
    require_same_build(options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_EQ(error.subject(), options.worker.string());
    return error.detail();
  }
  return "";
}

TEST_F(WorkerVersions, AWorkerOfAnotherBuildIsRefused) {
  const auto of_build = [&](const BuildRecord& build) {
    const Json answer = {{"versions", {{"LibTorch", "2.11.0"}}}, {"build", record_to_json(build)}};
    return refusal(worker("cat << 'END'\n" + answer.dump() + "\nEND"));
  };
  EXPECT_THAT(of_build(build_record()), IsEmpty());
  BuildRecord other = build_record();
  other.commit = std::string(40, 'c');
  EXPECT_THAT(of_build(other),
              AllOf(HasSubstr("cccccccccccc"), HasSubstr(build_record().commit.substr(0, 12))));
  other = build_record();
  other.dirty = !other.dirty;
  EXPECT_THAT(of_build(other), HasSubstr("whose dirty is"));
  EXPECT_THAT(refusal(worker(R"(echo '{"versions": {"LibTorch": "2.10.0"}}')")),
              HasSubstr("does not say its commit"));
}

TEST_F(WorkerVersions, OneThatDoesNotAnswerIsLeftToItsStage) {
  EXPECT_THAT(refusal(worker("exit 2")), IsEmpty());
  WorkerOptions nowhere;
  nowhere.worker = folder_.path() / "nowhere";
  EXPECT_THAT(refusal(nowhere), IsEmpty());
}

}  // namespace
}  // namespace harness
