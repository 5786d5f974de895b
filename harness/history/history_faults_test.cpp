// Several writers, writers that are killed, and disks without room.
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/history/database.h"
#include "harness/testing/history_runs.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr int kWriters = 4;
constexpr int kRunsOfAWriter = 12;
constexpr int kClaims = 40;
constexpr int kKills = 10;  // Or as many as HALFPROOF_TEST_KILLS says.
constexpr unsigned kSeed = 20261128;

/// A run that takes a few pages, so that a write can be half done.
HistoryRun large_run(int night) {
  std::map<std::string, double> measured;
  for (int claim = 0; claim < kClaims; ++claim) {
    measured[fmt::format("claim {:02} {}", claim, std::string(150, 'x'))] = claim;
  }
  return run_of_night(night, measured);
}

/// Runs `work` in a process of its own; its exit code, or 99 where it throws.
template <typename Work>
pid_t start(const Work& work) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  int code = 99;
  try {
    code = work();
  } catch (const std::exception& wrong) {
    std::fprintf(stderr, "%s\n", wrong.what());
  }
  ::_exit(code);
}

int end_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string integrity_of(const fs::path& file) {
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
  return database.execAndGet("PRAGMA integrity_check").getString();
}

class HistoryFaults : public testing::Test {
 protected:
  TemporaryFolder folder_;
  fs::path file_ = folder_.path() / "history.sqlite";
};

TEST_F(HistoryFaults, WritersAtOnceLoseNothing) {
  std::vector<pid_t> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.push_back(start([&] {
      for (int i = 0; i < kRunsOfAWriter; ++i) {
        // Opened each time, as commands do; the first of all makes the file.
        History::open_or_create(file_).add(large_run(writer * kRunsOfAWriter + i));
      }
      return 0;
    }));
  }
  for (const pid_t writer : writers) EXPECT_EQ(end_of(writer), 0);
  const History history = History::open(file_);
  const auto runs = history.runs();
  ASSERT_EQ(runs.size(), static_cast<std::size_t>(kWriters * kRunsOfAWriter));
  for (const auto& run : runs) EXPECT_EQ(history.run(run.id).verdicts.size(), kClaims);
  EXPECT_EQ(integrity_of(file_), "ok");
}

TEST_F(HistoryFaults, AFileThatSeveralMakeAtOnceIsOneHistory) {
  for (int round = 0; round < 25; ++round) {
    const fs::path file = folder_.path() / std::to_string(round);
    std::vector<pid_t> makers;
    for (int maker = 0; maker < kWriters; ++maker) {
      makers.push_back(
          start([&] { return static_cast<int>(History::open_or_create(file).runs().size()); }));
    }
    for (const pid_t maker : makers) EXPECT_EQ(end_of(maker), 0);
    EXPECT_EQ(integrity_of(file), "ok");
  }
}

/// A writer that tells each run that it has added, until it is killed.
class KilledWriter {
 public:
  KilledWriter(const fs::path& file, int first) {
    EXPECT_EQ(::pipe(ends_.data()), 0);
    child_ = start([&] {
      for (int night = first;; ++night) {
        History::open_or_create(file).add(large_run(night));
        if (::write(ends_[1], "", 1) != 1) return 1;
      }
    });
    ::close(ends_[1]);
  }

  /// How many runs it told of before it died.
  int killed_after(std::chrono::microseconds time) {
    std::this_thread::sleep_for(time);
    ::kill(child_, SIGKILL);
    EXPECT_EQ(end_of(child_), -SIGKILL);
    int told = 0;
    for (char byte = 0; ::read(ends_[0], &byte, 1) == 1;) ++told;
    ::close(ends_[0]);
    return told;
  }

 private:
  std::array<int, 2> ends_{};
  pid_t child_ = -1;
};

TEST_F(HistoryFaults, AWriterThatIsKilledLosesNothingThatItTold) {
  const char* asked = std::getenv("HALFPROOF_TEST_KILLS");
  const int kills = asked == nullptr ? kKills : std::atoi(asked);
  std::mt19937 engine(kSeed);
  int at_least = 0;
  int first = 0;
  for (int i = 0; i < kills; ++i) {
    const std::chrono::microseconds time(engine() % 60'000);
    SCOPED_TRACE("killed after " + std::to_string(time.count()) + " us");
    KilledWriter writer(file_, first);
    at_least += writer.killed_after(time);
    if (!fs::exists(file_)) continue;
    const History history = History::open(file_);
    const auto runs = history.runs();
    EXPECT_GE(runs.size(), static_cast<std::size_t>(at_least));
    EXPECT_LE(runs.size(), static_cast<std::size_t>(at_least + 1)) << "one was added, but not told";
    for (const auto& run : runs) ASSERT_EQ(history.run(run.id).verdicts.size(), kClaims);
    EXPECT_EQ(integrity_of(file_), "ok");
    at_least = static_cast<int>(runs.size());
    first = at_least;
  }
  EXPECT_GT(at_least, 0) << "no writer got as far as its first run";
}

/// What adding runs says in a process for which `prepare` has made room scarce: "" when they all
/// fit, "SKIP" when that cannot be had here.
template <typename Prepare>
std::string refusal_with(const fs::path& file, const Prepare& prepare) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  const pid_t child = start([&] {
    std::string said;
    if (!prepare()) said = "SKIP";
    try {
      for (int night = 1; said.empty() && night < 40; ++night) {
        History::open_or_create(file).add(large_run(night));
      }
    } catch (const Error& wrong) {
      said = wrong.what();
    }
    return ::write(ends[1], said.data(), said.size()) < 0 ? 1 : 0;
  });
  ::close(ends[1]);
  std::string said;
  for (char byte = 0; ::read(ends[0], &byte, 1) == 1;) said += byte;
  ::close(ends[0]);
  EXPECT_EQ(end_of(child), 0);
  return said;
}

TEST_F(HistoryFaults, AFileThatMayNotGrowIsAnErrorAndLosesNothing) {
  History::open_or_create(file_).add(large_run(0));
  const std::string said = refusal_with(file_, [] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{200'000, 200'000};
    return ::setrlimit(RLIMIT_FSIZE, &small) == 0;
  });
  EXPECT_THAT(said, HasSubstr("io: " + file_.string()));
  EXPECT_THAT(said, HasSubstr("nothing was added; make room"));
  const History history = History::open(file_);
  for (const auto& run : history.runs()) EXPECT_EQ(history.run(run.id).verdicts.size(), kClaims);
  EXPECT_EQ(integrity_of(file_), "ok");
}

TEST_F(HistoryFaults, AFullDiskIsAnError) {
  const fs::path small = folder_.path() / "small";
  fs::create_directory(small);
  // A file system of its own, in a mount namespace that ends with the process.
  const std::string said = refusal_with(small / "history.sqlite", [&] {
    return ::unshare(CLONE_NEWNS) == 0 &&
           ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("none", small.c_str(), "tmpfs", 0, "size=400k") == 0;
  });
  if (said == "SKIP") GTEST_SKIP() << "no mount namespace can be had here";
  EXPECT_THAT(said, HasSubstr("io: "));
  EXPECT_THAT(said, HasSubstr("nothing was added; make room"));
}

}  // namespace
}  // namespace harness
