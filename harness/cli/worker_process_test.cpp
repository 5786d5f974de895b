#include "harness/cli/worker_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {
using testing::HasSubstr;

WorkerEnd run_shell(const std::string& script, std::vector<Json>& events, bool stop = false) {
  return run_worker(
      "/bin/sh", {"-c", script}, Json{{"n", 1}},
      [&events](const Json& event) { events.push_back(event); }, [stop] { return stop; });
}

TEST(WorkerProcess, GivesTheInputAndReceivesEvents) {
  std::vector<Json> events;
  const auto end = run_shell("cat; echo; echo '{\"done\": 2}'", events);
  EXPECT_TRUE(end.ok) << end.reason;
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].at("n"), 1);
  EXPECT_EQ(events[1].at("done"), 2);
}

TEST(WorkerProcess, ACrashIsAReasonAndNotTheEnd) {
  std::vector<Json> events;
  EXPECT_THAT(run_shell("kill -SEGV $$", events).reason, HasSubstr("signal 11"));
  EXPECT_THAT(run_shell("kill -KILL $$", events).reason, HasSubstr("memory"));
  EXPECT_EQ(run_shell("exit 3", events).reason, "exit code 3");
}

TEST(WorkerProcess, StopsWhenAsked) {
  std::vector<Json> events;
  EXPECT_THAT(run_shell("exec sleep 60", events, /*stop=*/true).reason, HasSubstr("signal 9"));
}

TEST(WorkerProcess, SaysThatTheWorkerIsMissing) {
  EXPECT_THROW(run_worker(
                   "/nonexistent/worker", {}, Json(), [](const Json&) {}, [] { return false; }),
               Error);
}

}  // namespace
}  // namespace harness
