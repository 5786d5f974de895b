#include "harness/cli/child_process.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

/// Waits until it has closed its output, and gives what it wrote.
std::string all_of(const Descriptor& output) {
  std::string text;
  std::array<char, 4096> block{};
  for (;;) {
    pollfd ready{output.get(), POLLIN, 0};
    ::poll(&ready, 1, -1);
    const auto count = read_some(output, std::as_writable_bytes(std::span(block)));
    if (count <= 0) return text;
    text.append(block.data(), static_cast<std::size_t>(count));
  }
}

int status_of(ChildProcess& child) {
  std::optional<int> status;
  while (!(status = child.ended())) ::usleep(1000);
  return *status;
}

std::size_t open_descriptors() {
  const auto entries = fs::directory_iterator("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

TEST(ChildProcess, HasItsOwnGroupAndOurStreams) {
  ChildProcess child("/bin/sh",
                     {"-c", "cat; echo err >&2; cut -d' ' -f5 /proc/$$/stat; echo $$; exit 3"});
  const std::string text = "hello\n";
  EXPECT_TRUE(write_all(child.input, std::as_bytes(std::span(text))));
  child.input.close();
  std::istringstream output(all_of(child.output));
  std::string hello;
  pid_t group = 0;
  pid_t itself = 1;
  output >> hello >> group >> itself;
  EXPECT_EQ(hello, "hello");
  EXPECT_EQ(group, itself);
  EXPECT_EQ(all_of(child.errors), "err\n");
  const int status = status_of(child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 3);
}

TEST(ChildProcess, ASignalReachesTheWholeGroup) {
  ChildProcess child("/bin/sh", {"-c", "sleep 600 & echo started; wait; exit 0"});
  std::array<char, 8> started{};
  pollfd ready{child.output.get(), POLLIN, 0};
  ::poll(&ready, 1, -1);
  EXPECT_EQ(read_some(child.output, std::as_writable_bytes(std::span(started))), 8);
  child.send(SIGTERM);
  // Ends only when nobody of the group holds it any more.
  EXPECT_EQ(all_of(child.output), "");
  const int status = status_of(child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

TEST(ChildProcess, HasThreadsThatSleepWhileTheyWaitUnlessTheUserChose) {
  const char* const before = std::getenv("OMP_WAIT_POLICY");
  const std::string restored = before == nullptr ? "" : before;
  for (const auto* chosen : {"", "active"}) {
    ::unsetenv("OMP_WAIT_POLICY");
    if (*chosen != '\0') ::setenv("OMP_WAIT_POLICY", chosen, 1);
    ChildProcess child("/bin/sh", {"-c", "echo $OMP_WAIT_POLICY"});
    EXPECT_EQ(all_of(child.output), *chosen == '\0' ? "passive\n" : "active\n");
    status_of(child);
  }
  ::unsetenv("OMP_WAIT_POLICY");
  if (before != nullptr) ::setenv("OMP_WAIT_POLICY", restored.c_str(), 1);
}

TEST(ChildProcess, LeavesNoProcessAndNoDescriptorBehind) {
  const std::size_t before = open_descriptors();
  { const ChildProcess child("/bin/sleep", {"600"}); }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "it is reaped";
}

TEST(ChildProcess, WhatCannotBeStartedIsAnErrorThatNamesIt) {
  const TemporaryFolder folder;
  const fs::path text = folder.path() / "text";
  std::ofstream(text) << "no program\n";
  const fs::path no_program = folder.path() / "no_program";
  std::ofstream(no_program) << "no program either\n";
  fs::permissions(no_program, fs::perms::owner_all);
  const std::size_t before = open_descriptors();
  for (const fs::path& path : {fs::path("/nonexistent/worker"), text, no_program}) {
    try {
      const ChildProcess child(path, {});
      ADD_FAILURE() << path << " was started";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kWorkerFailed);
      EXPECT_EQ(error.subject(), path.string());
    }
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(ChildProcess, HasTheUsualAnswerToABrokenPipe) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  ChildProcess child("/bin/sh", {"-c", "kill -PIPE $$"});
  const int status = status_of(child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
  EXPECT_EQ(std::signal(SIGPIPE, before), SIG_IGN);
}

}  // namespace
}  // namespace harness
