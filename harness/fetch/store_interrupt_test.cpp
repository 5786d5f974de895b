// What Ctrl-C ends, and what it leaves.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/stalling_server.h"
#include "harness/testing/store_url_fixture.h"

namespace harness {
namespace {
using testing::HasSubstr;

class InterruptedFetch : public UrlStore {
 protected:
  InterruptedFetch() {
    options_.progress = [this](std::uintmax_t done, std::uintmax_t) { arrived_ = done; };
    options_.interrupted = [this] { return arrived_ == 2U; };
  }
  void expect_interrupt(const std::string& url) {
    EXPECT_EQ(failure_of(url).code(), ErrorCode::kInterrupted);
  }

  StallingServer stalling_{kBody, 2};
  std::atomic<std::uintmax_t> arrived_ = 0;
};

TEST_F(InterruptedFetch, TheNextCallGoesOnFromWhatArrived) {
  expect_interrupt(stalling_.url("/" + kName));
  options_.interrupted = nullptr;
  const StoredFile stored = obtain(stalling_.url("/" + kName), options_);
  EXPECT_EQ(read_file(stored.path), kBody);
  ASSERT_EQ(stalling_.heads().size(), 2U);
  EXPECT_THAT(stalling_.heads().at(1), HasSubstr("Range: bytes=2-\r\n"));
}

TEST_F(InterruptedFetch, NoMirrorIsAsked) {
  serve(kBody);
  pin(kName, kDigest, {server_.url("/" + kName)});
  expect_interrupt(stalling_.url("/" + kName));
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(InterruptedFetch, TheTurnOfAnotherIsNotWaitedFor) {
  options_.interrupted = nullptr;
  const std::string url = stalling_.url("/" + kName);
  std::atomic<bool> give_up = false;
  StoreOptions first = options_;
  first.interrupted = [&give_up] { return give_up.load(); };
  std::thread other([&] { EXPECT_THROW(obtain(url, first), Error); });
  stalling_.wait_until_stalled();
  options_.interrupted = [] { return true; };
  expect_interrupt(url);
  EXPECT_EQ(stalling_.heads().size(), 1U) << "only the other one asked";
  give_up = true;
  other.join();
}

}  // namespace
}  // namespace harness
