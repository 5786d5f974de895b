#include "harness/data/prefetcher.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using namespace std::chrono_literals;

std::vector<int> drain(Prefetcher<int>& items) {
  std::vector<int> taken;
  while (auto item = items.next()) taken.push_back(*item);
  return taken;
}

/// A count that others can wait for.
class Counter {
 public:
  void raise() {
    const std::lock_guard lock(mutex_);
    ++value_;
    changed_.notify_all();
  }
  int value() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  /// Whether it got there. The limit only ends a test that would hang.
  bool reaches(int value) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 30s, [&] { return value_ >= value; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int value_ = 0;
};

TEST(Prefetcher, DeliversInOrderThoughLateItemsAreReadyFirst) {
  Counter later;
  Prefetcher<int> items(3,
                        [&later](std::size_t index) {
                          if (index == 0) {
                            EXPECT_TRUE(later.reaches(2)) << "no other thread made an item";
                          } else {
                            later.raise();
                          }
                          return static_cast<int>(index);
                        },
                        {.threads = 3, .ahead = 3});
  EXPECT_THAT(drain(items), testing::ElementsAre(0, 1, 2));
}

TEST(Prefetcher, HoldsNoMoreThanItMayHoldAhead) {
  constexpr int kCount = 100;
  constexpr int kAhead = 2;
  Counter begun;
  Counter asked;
  Prefetcher<int> items(kCount,
                        [&](std::size_t index) {
                          EXPECT_LT(static_cast<int>(index), asked.value() + kAhead);
                          begun.raise();
                          return static_cast<int>(index);
                        },
                        {.threads = 4, .ahead = kAhead});
  for (int taken = 0; taken < kCount; ++taken) {
    // As many as it may: without this wait, one that never works ahead would pass.
    ASSERT_TRUE(begun.reaches(std::min(taken + kAhead, kCount))) << taken;
    asked.raise();
    EXPECT_EQ(items.next(), taken);
  }
}

TEST(Prefetcher, ThrowsWhereTheItemWouldHaveComeAndThenEnds) {
  Prefetcher<int> items(3, [](std::size_t index) {
    if (index == 1) throw std::runtime_error("second");
    return static_cast<int>(index);
  });
  EXPECT_EQ(items.next(), 0);
  EXPECT_THROW(items.next(), std::runtime_error);
  EXPECT_EQ(items.next(), std::nullopt);
}

TEST(Prefetcher, StopsWithoutMakingTheRest) {
  std::atomic<int> made = 0;
  {
    Prefetcher<int> items(1000, [&](std::size_t) { return ++made; }, {.threads = 2, .ahead = 4});
    items.next();
  }
  EXPECT_LE(made, 5);
}

TEST(Prefetcher, CancelEndsANextThatWaits) {
  std::atomic<bool> may_end = false;
  Prefetcher<int> items(10, [&](std::size_t) {
    while (!may_end) std::this_thread::sleep_for(1ms);
    return 1;
  });
  std::thread canceller([&] {
    std::this_thread::sleep_for(20ms);
    items.cancel();
  });
  EXPECT_EQ(items.next(), std::nullopt);
  canceller.join();
  may_end = true;
  EXPECT_EQ(items.next(), std::nullopt);
}

TEST(Prefetcher, OfNothingIsEmpty) {
  Prefetcher<int> items(0, [](std::size_t) { return 1; });
  EXPECT_EQ(items.next(), std::nullopt);
}

TEST(Prefetcher, CarriesItemsThatCanOnlyBeMoved) {
  Prefetcher<std::unique_ptr<int>> items(1, [](std::size_t) { return std::make_unique<int>(5); });
  EXPECT_EQ(*items.next().value(), 5);
}

TEST(Prefetcher, RunsTheHookOnceInEveryThread) {
  std::atomic<int> started = 0;
  {
    Prefetcher<int> items(10, [](std::size_t) { return 1; },
                          {.threads = 3, .ahead = 3, .on_thread_start = [&] { ++started; }});
    drain(items);
  }
  EXPECT_EQ(started, 3);
}

TEST(Prefetcher, JoinsTheThreadsThatItHasWhenAFurtherOneCannotStart) {
  std::atomic<int> started = 0;
  std::atomic<int> ended = 0;
  const auto two_at_most = [&](const std::function<void()>& body) {
    if (started == 2) {
      throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
    }
    ++started;
    return std::thread([&ended, body] {
      body();
      ++ended;
    });
  };
  ErrorCode code{};
  std::string detail;
  try {
    const Prefetcher<int> items(10, [](std::size_t) { return 1; },
                                {.threads = 3, .ahead = 3, .start_thread = two_at_most});
  } catch (const Error& error) {
    code = error.code();
    detail = error.detail();
  }
  EXPECT_EQ(code, ErrorCode::kIo);
  EXPECT_THAT(detail,
              testing::AllOf(testing::HasSubstr("3 threads"), testing::HasSubstr("could start 2")));
  EXPECT_EQ(ended, 2);
}

}  // namespace
}  // namespace harness
