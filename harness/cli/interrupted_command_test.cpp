// The command from outside: Ctrl-C while a worker runs and while a file is downloaded, and workers
// that hang.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/sha256.h"
#include "harness/testing/child_process.h"
#include "harness/testing/program_with_worker.h"
#include "harness/testing/sign_of_life.h"
#include "harness/testing/stalling_server.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kAgain = "press Ctrl-C again to abort";
constexpr const char* kRow = "fcn_r50w8-d8_64x128_600_fp16_scenes";

std::vector<std::string> run_arguments(const fs::path& out, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {
      "run",   "suites/minizoo.json", "--row",    "fcn", "--stage", "evaluate",
      "--out", out.string(),          "--offline"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(InterruptedCommand, TheFirstCtrlCEndsTheWorkerAndSaysWhatComesNext) {
  SignOfLife life;
  const ProgramWithWorker program("echo started >&2; exec sleep 600");
  RunningProgram run(program.path(), run_arguments(program.folder() / "out"));
  ASSERT_TRUE(run.says("started"));
  run.send(SIGINT);
  EXPECT_TRUE(ended_with(run.end(), 130));
  EXPECT_TRUE(life.ends()) << "the worker goes on living";
  EXPECT_EQ(run.errors().find(kAgain), run.errors().rfind(kAgain));
  EXPECT_THAT(run.errors(), HasSubstr(kAgain));
  EXPECT_THAT(run.errors(), HasSubstr("the same command finishes"));
  EXPECT_FALSE(fs::exists(program.folder() / "out" / kRow / "evaluate-fp16.json"))
      << "an interrupt is no result";
}

TEST(InterruptedCommand, TheSecondCtrlCAbortsAtOnceAndLeavesNoProcess) {
  SignOfLife life;
  const ProgramWithWorker program("trap '' TERM; sleep 600 & echo started >&2; wait");
  RunningProgram run(program.path(), run_arguments(program.folder() / "out"));
  ASSERT_TRUE(run.says("started"));
  run.send(SIGINT);
  ASSERT_TRUE(run.says(kAgain));
  run.send(SIGINT);
  const int status = run.end();
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) << status;
  EXPECT_TRUE(life.ends()) << "a process of the worker goes on living";
}

TEST(InterruptedCommand, AWorkerDiesWithACommandThatIsKilled) {
  SignOfLife life;
  const ProgramWithWorker program("echo started >&2; exec sleep 600");
  RunningProgram run(program.path(), run_arguments(program.folder() / "out"));
  ASSERT_TRUE(run.says("started"));
  run.send(SIGKILL);
  run.end();
  EXPECT_TRUE(life.ends());
}

TEST(InterruptedCommand, AWorkerThatHangsFailsItsClaims) {
  const ProgramWithWorker program("echo 'the driver hangs' >&2; exec sleep 600");
  const fs::path out = program.folder() / "out";
  RunningProgram run(program.path(), run_arguments(out, {"--timeout", "1"}));
  EXPECT_TRUE(ended_with(run.end(), 1));
  const Json result = read_json_file(out / kRow / "evaluate-fp16.json");
  EXPECT_EQ(result.at("status"), "error");
  EXPECT_THAT(result.at("reason").get<std::string>(),
              testing::StartsWith("worker: no progress for 1 s; killed"));
  EXPECT_THAT(result.at("reason").get<std::string>(), HasSubstr("the driver hangs"));
  const Json verdicts = read_json_file(out / "verdicts.json").at("verdicts");
  const auto miou = std::find_if(verdicts.begin(), verdicts.end(),
                                 [](const Json& verdict) { return verdict.at("claim") == "miou"; });
  ASSERT_NE(miou, verdicts.end());
  EXPECT_EQ(miou->at("verdict"), "FAIL");
}

TEST(InterruptedCommand, AnExperimentThatHangsFailsItsClaims) {
  const ProgramWithWorker program("exec sleep 600");
  const fs::path out = program.folder() / "out";
  RunningProgram run(program.path(),
                     {"paper", "suites/minizoo.json", "--row", "fcn", "--experiment",
                      "master-weights", "--offline", "--out", out.string(), "--timeout", "1"});
  EXPECT_TRUE(ended_with(run.end(), 1));
  const Json experiment =
      read_json_file(out / "paper" / ("master-weights." + std::string(kRow) + ".json"));
  EXPECT_EQ(experiment.at("status"), "error");
  EXPECT_THAT(experiment.at("reason").get<std::string>(), HasSubstr("no progress for 1 s"));
}

class InterruptedDownload : public testing::Test {
 protected:
  InterruptedDownload() { ::setenv("XDG_CACHE_HOME", folder_.path().c_str(), 1); }
  ~InterruptedDownload() override { ::unsetenv("XDG_CACHE_HOME"); }

  /// Interrupts the command when it has the first bytes of the file.
  void interrupt(const std::vector<std::string>& arguments) {
    RunningProgram program(HALFPROOF_PROGRAM, arguments);
    const fs::path part =
        folder_.path() / "halfproof" / "files" / "partial" / (sha256_hex(url_) + ".part");
    wait_until(program.id(), [&] { return fs::exists(part) && fs::file_size(part) == kArrived; });
    program.send(SIGINT);
    EXPECT_TRUE(ended_with(program.end(), 130)) << program.errors();
    EXPECT_THAT(program.errors(), HasSubstr(kAgain));
    EXPECT_TRUE(fs::exists(part)) << "what arrived is kept";
  }

  static constexpr std::size_t kArrived = 5;
  const TemporaryFolder folder_;
  const std::string body_ = "hello world";
  StallingServer server_{body_, kArrived};
  const std::string url_ = server_.url("/fcn-" + sha256_hex(body_).substr(0, 8) + ".pth");
};

TEST_F(InterruptedDownload, CtrlCEndsAFetchThatTheSameCommandGoesOnWith) {
  const std::vector<std::string> arguments = {"fetch", url_};
  interrupt(arguments);
  EXPECT_TRUE(ended_with(wait_for(start_halfproof(arguments)), 0));
  ASSERT_EQ(server_.heads().size(), 2U);
  EXPECT_THAT(server_.heads().at(1), HasSubstr("Range: bytes=5-\r\n"));
}

TEST_F(InterruptedDownload, CtrlCEndsARunThatDownloads) {
  const fs::path suite = folder_.path() / "suite.json";
  write_json_file(suite, {{"schema", "halfproof.suite/1"},
                          {"name", "s"},
                          {"rows",
                           {{{"id", "row"},
                             {"method", "FCN"},
                             {"claims", Json::array()},
                             {"checkpoint", {{"url", url_}}}}}}});
  const fs::path out = folder_.path() / "out";
  interrupt({"run", suite.string(), "--out", out.string()});
  EXPECT_FALSE(fs::exists(out / "row")) << "an interrupt says nothing of the row";
}

}  // namespace
}  // namespace harness
