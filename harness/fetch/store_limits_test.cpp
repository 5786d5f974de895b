// Servers that would keep us for ever, and answers that cannot be told to be whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/fetch/store.h"
#include "harness/testing/raw_server.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class StoreLimits : public testing::Test {
 protected:
  StoreLimits() {
    options_.cache = folder_.path();
    options_.retries = 0;
    options_.wait = [](milliseconds) {};
  }

  /// The error of a fetch that must be over soon.
  Error failure_of(const std::string& url) const {
    const auto start = std::chrono::steady_clock::now();
    try {
      obtain(url, options_);
    } catch (const Error& error) {
      EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(20));
      EXPECT_EQ(error.code(), ErrorCode::kFetchFailed);
      EXPECT_EQ(error.subject(), url);
      EXPECT_THAT(error.detail(), HasSubstr("expected "));
      return error;
    }
    ADD_FAILURE() << "expected an Error";
    return {ErrorCode::kUsage, "", ""};
  }

  TemporaryFolder folder_;
  StoreOptions options_;
};

/// Sends `text`, then `drop` again and again until the other side has had enough.
RawServer::Handler drip(const std::string& text, const std::string& drop) {
  return [text, drop](int socket, const std::string&) {
    send_text(socket, text);
    while (send_text(socket, drop)) std::this_thread::sleep_for(milliseconds(20));
  };
}

constexpr const char* kHead =
    "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 100000000\r\n\r\n";

TEST_F(StoreLimits, AServerThatDripsItsBodyIsLeft) {
  const RawServer server(drip(kHead, "x"));
  options_.limits.stall = seconds(1);
  const Error error = failure_of(server.url("/a-50245227.pth"));
  EXPECT_THAT(error.detail(), HasSubstr("Less than 1000 bytes/sec"));
  EXPECT_THAT(error.detail(), HasSubstr("are kept, the same command goes on from there"));
  EXPECT_THAT(error.detail(), HasSubstr("try again later"));
}

TEST_F(StoreLimits, AServerThatDripsItsHeadersIsLeft) {
  const RawServer server(drip("HTTP/1.1 200 OK\r\nX-A: ", "x"));
  options_.limits.stall = seconds(1);
  EXPECT_THAT(failure_of(server.url("/a.pth")).detail(), HasSubstr("Less than 1000 bytes/sec"));
}

TEST_F(StoreLimits, TheTimeForAllTriesIsLimited) {
  // Fast enough not to count as stalled.
  const RawServer server(drip(kHead, std::string(1000, 'x')));
  options_.limits.total = milliseconds(700);
  options_.retries = 1000;
  const Error error = failure_of(server.url("/a-50245227.pth"));
  EXPECT_THAT(error.detail(), HasSubstr("the limit of 700 ms for all tries"));
  EXPECT_THAT(error.detail(), HasSubstr("bytes arrived and are kept"));
  EXPECT_EQ(server.heads().size(), 1U);
}

TEST_F(StoreLimits, TheTimeToConnectIsLimited) {
  // Nobody accepts, and the queue is soon full: further connections hang.
  const int listener = loopback_socket(0, ::bind);
  ASSERT_EQ(::listen(listener, 0), 0);
  std::vector<int> fillers;
  const auto without_waiting = [](int socket, const sockaddr* address, socklen_t size) {
    ::fcntl(socket, F_SETFL, O_NONBLOCK);
    ::connect(socket, address, size);
    return 0;
  };
  for (int i = 0; i < 4; ++i) {
    fillers.push_back(loopback_socket(port_of(listener), without_waiting));
  }
  ::setenv("no_proxy", "127.0.0.1", 1);
  options_.limits.connect = milliseconds(500);
  const Error error =
      failure_of("http://127.0.0.1:" + std::to_string(port_of(listener)) + "/a.pth");
  EXPECT_THAT(error.detail(), testing::ContainsRegex("(Connection|Timeout|Failed to connect)"));
  for (const int socket : fillers) ::close(socket);
  ::close(listener);
}

RawServer::Handler say(const std::string& text) {
  return [text](int socket, const std::string&) { send_text(socket, text); };
}

TEST_F(StoreLimits, AChunkedBodyThatIsCutOffIsAnError) {
  const RawServer server(
      say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"));
  EXPECT_THAT(failure_of(server.url("/train.log.json")).detail(), HasSubstr("5 bytes arrived"));
}

TEST_F(StoreLimits, ABodyThatEndsWithTheConnectionNeedsADigest) {
  const RawServer server(say("HTTP/1.1 200 OK\r\n\r\nhello"));
  const Error error = failure_of(server.url("/train.log.json"));
  EXPECT_THAT(error.detail(), HasSubstr("bytes that end with the connection"));
  EXPECT_THAT(error.detail(), HasSubstr("pin one in the lock file"));
  const std::string named = "/a-" + sha256_hex("hello").substr(0, 8) + ".pth";
  EXPECT_EQ(obtain(server.url(named), options_).size, 5U);
}

TEST_F(StoreLimits, WhatComesAfterTheAnnouncedLengthIsNotTaken) {
  const RawServer server(say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more"));
  EXPECT_EQ(read_file(obtain(server.url("/train.log.json"), options_).path), "hello");
}

TEST_F(StoreLimits, WhatIsNoHttpIsAnError) {
  for (const char* answer :
       {"", "hello", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n"
        "hello"}) {
    const RawServer server(say(answer));
    EXPECT_NE(failure_of(server.url("/train.log.json")).detail(), "") << answer;
    EXPECT_TRUE(fs::is_empty(folder_.path() / "partial")) << answer;
  }
}

}  // namespace
}  // namespace harness
