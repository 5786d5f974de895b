#include "harness/cli/worker_process.h"

#include <sys/wait.h>

#include <csignal>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/testing/sign_of_life.h"

namespace harness {
namespace {
using std::chrono::milliseconds;
using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

WorkerCommand shell(const std::string& script, Json input = {{"n", 1}}) {
  return {"/bin/sh", {"-c", script}, std::move(input)};
}

bool never() {
  return false;
}

WorkerEnd run(const WorkerCommand& command, std::vector<Json>& events) {
  return run_worker(
      command, [&events](const Json& event) { events.push_back(event); }, never);
}

/// What it ends with, and what it wrote to our standard error.
WorkerEnd run_quietly(const WorkerCommand& command, std::string* errors = nullptr) {
  std::vector<Json> events;
  testing::internal::CaptureStderr();
  const WorkerEnd end = run(command, events);
  const std::string captured = testing::internal::GetCapturedStderr();
  if (errors != nullptr) *errors = captured;
  return end;
}

TEST(WorkerProcess, GivesTheInputAndReceivesEvents) {
  std::vector<Json> events;
  const auto end = run(shell("cat; echo; echo '{\"done\": 2}'"), events);
  EXPECT_TRUE(end.ok) << end.reason;
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].at("n"), 1);
  EXPECT_EQ(events[1].at("done"), 2);
}

TEST(WorkerProcess, ALastLineWithoutAnEndIsDelivered) {
  std::vector<Json> events;
  EXPECT_EQ(run(shell("printf '{\"done\": 2}'; kill -SEGV $$"), events).ok, false);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].at("done"), 2);
}

TEST(WorkerProcess, NeitherWaitsForTheOther) {
  const std::string million(1000000, 'x');
  std::vector<Json> events;
  const auto end = run(shell("printf '{\"x\": \"'; head -c 1000000 /dev/zero | tr '\\0' x; "
                             "printf '\"}\\n'; wc -c | sed 's/.*/{\"n\": &}/'",
                             million),
                       events);
  EXPECT_TRUE(end.ok) << end.reason;
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].at("x"), million);
  EXPECT_EQ(events[1].at("n"), 1000002);
}

TEST(WorkerProcess, TakesAnInputThatIsNoUtf8) {
  std::vector<Json> events;
  EXPECT_TRUE(run(shell("cat; echo", {{"path", "a\xff"}}), events).ok);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].at("path"), "a\ufffd");
}

TEST(WorkerProcess, AWorkerThatDoesNotReadDoesNotEndUs) {
  std::vector<Json> events;
  struct sigaction before {};
  ::sigaction(SIGPIPE, nullptr, &before);
  EXPECT_TRUE(run(shell("exec true", std::string(1000000, 'x')), events).ok);
  struct sigaction after {};
  ::sigaction(SIGPIPE, nullptr, &after);
  EXPECT_EQ(after.sa_handler, before.sa_handler);
}

TEST(WorkerProcess, AWorkerThatClosesItsInputDoesNotEndUs) {
  bool closed = false;
  int asked = 0;
  const auto end = run_worker(
      shell("exec <&-; echo '{}'; exec sleep 600", std::string(1000000, 'x')),
      [&](const Json&) { closed = true; },
      // By the second time its input has been offered once more.
      [&] { return closed && ++asked > 1; });
  EXPECT_THAT(end.reason, HasSubstr("signal 15"));
}

TEST(WorkerProcess, ACrashIsAReasonAndNotTheEnd) {
  std::vector<Json> events;
  const WorkerEnd crash = run(shell("kill -SEGV $$"), events);
  EXPECT_THAT(crash.reason, HasSubstr("signal 11 (SIGSEGV"));
  EXPECT_TRUE(crash.died);
  EXPECT_THAT(run(shell("kill -KILL $$"), events).reason, HasSubstr("memory"));
  const WorkerEnd failure = run(shell("exit 3"), events);
  EXPECT_EQ(failure.reason, "exit code 3");
  EXPECT_FALSE(failure.died);
}

TEST(WorkerProcess, TheReasonHoldsTheLastWords) {
  std::string errors;
  const WorkerEnd end = run_quietly(
      shell("for i in 1 2 3 4 5 6; do echo \"line $i\" >&2; done; printf last >&2; kill -ABRT $$"),
      &errors);
  EXPECT_THAT(end.reason, HasSubstr("SIGABRT"));
  EXPECT_THAT(end.reason, testing::EndsWith("line 3 | line 4 | line 5 | line 6 | last"));
  EXPECT_EQ(errors, "line 1\nline 2\nline 3\nline 4\nline 5\nline 6\nlast")
      << "what it says reaches the terminal all the same";
  EXPECT_THAT(run_quietly(shell("echo '{\"event\": 1}'; echo no event; exit 3"), &errors).reason,
              testing::EndsWith("exit code 3; it last said: no event"));
  EXPECT_EQ(errors, "no event\n");
}

TEST(WorkerProcess, StopsWhenAsked) {
  WorkerCommand command = shell("echo '{}'; exec sleep 600");
  bool started = false;
  const auto end = run_worker(
      command, [&](const Json&) { started = true; }, [&] { return started; });
  EXPECT_THAT(end.reason, HasSubstr("signal 15"));
}

TEST(WorkerProcess, IsAskedToStopAlsoWhileItTalks) {
  int events = 0;
  const auto end = run_worker(
      shell("while :; do echo '{}'; done"), [&](const Json&) { ++events; },
      [&] { return events > 100; });
  EXPECT_THAT(end.reason, HasSubstr("signal 15"));
}

TEST(WorkerProcess, AWorkerThatDoesNotWantToEndIsKilled) {
  WorkerCommand command = shell("trap '' TERM; echo '{}'; while :; do sleep 600; done");
  command.limits.grace = milliseconds(1);
  bool started = false;
  const auto end = run_worker(
      command, [&](const Json&) { started = true; }, [&] { return started; });
  EXPECT_THAT(end.reason, HasSubstr("signal 9"));
}

/// A command whose time passes only when `clock` is set.
WorkerCommand with_clock(WorkerCommand command, const Clock::time_point& clock) {
  command.limits.silence = milliseconds(1500);
  command.limits.now = [&clock] { return clock; };
  return command;
}

TEST(WorkerProcess, AWorkerThatDoesNothingIsEnded) {
  Clock::time_point clock{};
  const WorkerCommand command = with_clock(shell("echo last words >&2; exec sleep 600"), clock);
  testing::internal::CaptureStderr();
  const auto end = run_worker(
      command, [](const Json&) {},
      [&] {
        clock += milliseconds(500);
        return false;
      });
  testing::internal::GetCapturedStderr();
  EXPECT_FALSE(end.ok);
  EXPECT_TRUE(end.died);
  EXPECT_THAT(end.reason, testing::StartsWith("no progress for 1.5 s; killed"));
  EXPECT_THAT(end.reason, HasSubstr("last words"));
}

TEST(WorkerProcess, AWorkerThatEndsWellOnlyWhenItsTimeIsUpHasNotEndedWell) {
  Clock::time_point clock{};
  const WorkerCommand command =
      with_clock(shell("trap 'exit 0' TERM; echo '{}'; while :; do sleep 0.01; done"), clock);
  const auto end = run_worker(
      command, [&](const Json&) { clock += milliseconds(1); },
      [&] {
        if (clock > Clock::time_point{}) clock += milliseconds(500);
        return false;
      });
  EXPECT_FALSE(end.ok);
  EXPECT_THAT(end.reason, HasSubstr("no progress"));
}

TEST(WorkerProcess, EveryEventIsProgress) {
  Clock::time_point clock{};
  int events = 0;
  const auto end = run_worker(
      with_clock(shell("for i in 1 2 3 4; do echo '{}'; sleep 0.02; done"), clock),
      [&](const Json&) {
        ++events;
        clock += milliseconds(1000);
      },
      never);
  EXPECT_TRUE(end.ok) << end.reason;
  EXPECT_EQ(events, 4) << "each took most of the time that there is";
}

TEST(WorkerProcess, WhatTheReaderOfEventsThrowsComesOutAndNothingGoesOnLiving) {
  SignOfLife life;
  const auto run = [](const WorkerCommand& command) {
    run_worker(
        command, [](const Json&) { throw std::runtime_error("the reader"); }, never);
  };
  EXPECT_THROW(run(shell("sleep 600 & echo '{}'; exec sleep 600")), std::runtime_error);
  EXPECT_TRUE(life.ends());
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "it is reaped";
}

TEST(WorkerProcess, WhatAWorkerStartedDoesNotOutliveIt) {
  SignOfLife life;
  std::vector<Json> events;
  EXPECT_TRUE(run(shell("sleep 600 & echo '{}'; exit 0"), events).ok)
      << "although the other one holds the output open";
  EXPECT_EQ(events.size(), 1U);
  EXPECT_TRUE(life.ends());
}

TEST(WorkerProcess, AWorkerThatClosesItsOutputsIsStillWatched) {
  bool asked = false;
  const auto end = run_worker(
      shell("exec >&- 2>&-; exec sleep 600"), [](const Json&) {},
      [&] { return std::exchange(asked, true); });
  EXPECT_THAT(end.reason, HasSubstr("signal 15"));
}

TEST(WorkerProcess, SaysThatTheWorkerIsMissing) {
  std::vector<Json> events;
  try {
    run({"/nonexistent/worker", {}, Json()}, events);
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kWorkerFailed);
    EXPECT_EQ(error.subject(), "/nonexistent/worker");
  }
}

}  // namespace
}  // namespace harness
