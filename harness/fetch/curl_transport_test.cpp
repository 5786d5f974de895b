#include "harness/fetch/curl_transport.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/testing/loopback_server.h"
#include "harness/testing/memory_sink.h"
#include "harness/testing/stalling_server.h"

namespace harness {
namespace {
using Outcome = TransferResult::Outcome;
using testing::HasSubstr;

std::string path_of(int status) {
  std::string path = "/";
  path += std::to_string(status);
  return path;
}

class CurlTransportTest : public testing::Test {
 protected:
  TransferResult get(const std::string& path) { return get_url(server_.url(path)); }
  TransferResult get_url(const std::string& url) {
    request_.url = url;
    return CurlTransport().get(request_, sink_);
  }

  LoopbackServer server_;
  TransferRequest request_;
  MemorySink sink_;
};

TEST_F(CurlTransportTest, BringsTheBytesAndWhatIsSaidOfThem) {
  server_.on("/a", [](const httplib::Request&, httplib::Response& response) {
    response.set_header("ETag", "\"v1\"");
    response.set_content("hello", "text/plain");
  });
  server_.start();
  EXPECT_EQ(get("/a").outcome, Outcome::kDone);
  EXPECT_EQ(sink_.body, "hello");
  EXPECT_EQ(sink_.begun, 1);
  EXPECT_EQ(sink_.head.total, 5U);
  EXPECT_EQ(sink_.head.validator, "\"v1\"");
  EXPECT_EQ(sink_.head.content_type, "text/plain");
  EXPECT_EQ(server_.requests().at(0).get_header_value("Accept-Encoding"), "identity");
}

TEST_F(CurlTransportTest, BeginsAlsoWithoutAnyBytes) {
  server_.on("/a", [](const httplib::Request&, httplib::Response&) {});
  server_.start();
  EXPECT_EQ(get("/a").outcome, Outcome::kDone);
  EXPECT_EQ(sink_.begun, 1);
}

TEST_F(CurlTransportTest, AsksForARangeAndForTheSameFile) {
  server_.on("/a", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("hello", "text/plain");
  });
  server_.start();
  request_.offset = 2;
  request_.validator = "\"v1\"";
  EXPECT_EQ(get("/a").outcome, Outcome::kDone);
  EXPECT_EQ(sink_.body, "llo");
  EXPECT_EQ(sink_.head.offset, 2U);
  EXPECT_EQ(sink_.head.total, 5U);
  EXPECT_EQ(server_.requests().at(0).get_header_value("Range"), "bytes=2-");
  EXPECT_EQ(server_.requests().at(0).get_header_value("If-Range"), "\"v1\"");
}

TEST_F(CurlTransportTest, AServerThatIgnoresTheRangeStartsAtZero) {
  server_.on("/a", [](const httplib::Request&, httplib::Response& response) {
    send_whole(response, "hello");
  });
  server_.start();
  request_.offset = 2;
  EXPECT_EQ(get("/a").outcome, Outcome::kDone);
  EXPECT_EQ(sink_.body, "hello");
  EXPECT_EQ(sink_.head.offset, 0U);
}

TEST_F(CurlTransportTest, AnotherRangeThanAskedForIsNotTaken) {
  server_.on("/a", [](const httplib::Request&, httplib::Response& response) {
    send_whole(response, "hello");
    response.status = 206;
    response.set_header("Content-Range", "bytes 1-5/6");
  });
  server_.start();
  request_.offset = 2;
  EXPECT_EQ(get("/a").outcome, Outcome::kRestart);
  EXPECT_EQ(sink_.begun, 0);
}

TEST_F(CurlTransportTest, ARangeThatIsNotThereMeansRestart) {
  server_.on("/a",
             [](const httplib::Request&, httplib::Response& response) { response.status = 416; });
  server_.start();
  request_.offset = 9;
  EXPECT_EQ(get("/a").outcome, Outcome::kRestart);
}

TEST_F(CurlTransportTest, AWeakTagIsNoValidatorButADateIs) {
  server_.on("/a", [](const httplib::Request&, httplib::Response& response) {
    response.set_header("ETag", "W/\"v1\"");
    response.set_header("Last-Modified", "Tue, 24 Nov 2026 05:30:50 GMT");
    response.set_header("Date", "Tue, 24 Nov 2026 05:31:50 GMT");
    response.set_content("hello", "text/plain");
  });
  server_.start();
  get("/a");
  EXPECT_EQ(sink_.head.validator, "Tue, 24 Nov 2026 05:30:50 GMT");
}

TEST_F(CurlTransportTest, TellsWhatMayGetBetterFromWhatWillNot) {
  for (const int status : {408, 429, 500, 502, 503, 504, 400, 401, 403, 404, 410, 501}) {
    server_.on(path_of(status), [status](const httplib::Request&, httplib::Response& response) {
      response.status = status;
      response.set_content("<html>no</html>", "text/html");
    });
  }
  server_.start();
  for (const int status : {408, 429, 500, 502, 503, 504}) {
    const auto result = get(path_of(status));
    EXPECT_EQ(result.outcome, Outcome::kTransient) << status;
    EXPECT_EQ(result.reason, "HTTP status " + std::to_string(status));
  }
  for (const int status : {400, 401, 403, 404, 410, 501}) {
    EXPECT_EQ(get(path_of(status)).outcome, Outcome::kPermanent) << status;
  }
  EXPECT_EQ(sink_.begun, 0);
}

TEST_F(CurlTransportTest, PassesOnWhenToComeBack) {
  server_.on("/a", [](const httplib::Request&, httplib::Response& response) {
    response.status = 503;
    response.set_header("Retry-After", "7");
  });
  server_.start();
  EXPECT_EQ(get("/a").retry_after.count(), 7);
}

TEST_F(CurlTransportTest, FollowsRedirectsUpToALimit) {
  server_.on("/a", [](const httplib::Request&, httplib::Response& response) {
    response.set_redirect("/b");
  });
  server_.on("/b", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("moved", "text/plain");
  });
  server_.on("/loop", [](const httplib::Request&, httplib::Response& response) {
    response.set_redirect("/loop");
  });
  server_.start();
  EXPECT_EQ(get("/a").outcome, Outcome::kDone);
  EXPECT_EQ(sink_.body, "moved");
  const auto looped = get("/loop");
  EXPECT_EQ(looped.outcome, Outcome::kPermanent);
  EXPECT_THAT(looped.reason, HasSubstr("(5) redirects"));
}

TEST_F(CurlTransportTest, ARedirectNeverReadsLocalFiles) {
  server_.on("/a", [](const httplib::Request&, httplib::Response& response) {
    response.set_redirect("file:///etc/hostname");
  });
  server_.start();
  const auto result = get("/a");
  EXPECT_EQ(result.outcome, Outcome::kPermanent);
  EXPECT_THAT(result.reason, HasSubstr("redirect"));
  EXPECT_EQ(sink_.begun, 0);
}

TEST_F(CurlTransportTest, ABodyThatIsCutOffIsTransient) {
  server_.on("/a", [](const httplib::Request&, httplib::Response& response) {
    send_cut(response, "hello", 3);
  });
  server_.start();
  EXPECT_EQ(get("/a").outcome, Outcome::kTransient);
  EXPECT_EQ(sink_.body, "hel");
}

TEST_F(CurlTransportTest, AStalledServerIsLeft) {
  const StallingServer server("hello", 2);
  request_.limits.stall = std::chrono::seconds(1);
  EXPECT_EQ(get_url(server.url("/a")).outcome, Outcome::kTransient);
  EXPECT_EQ(sink_.body, "he");
}

TEST_F(CurlTransportTest, AnInterruptEndsATransferThatWaits) {
  const StallingServer server("hello", 2);
  request_.interrupted = [this] { return sink_.body == "he"; };
  EXPECT_EQ(get_url(server.url("/a")).outcome, Outcome::kInterrupted);
  EXPECT_EQ(sink_.body, "he");
}

TEST_F(CurlTransportTest, AnInterruptEndsATransferThatWaitsForItsFirstByte) {
  const StallingServer server("hello", 0);
  int asked = 0;
  request_.interrupted = [&asked] { return ++asked > 1; };
  EXPECT_EQ(get_url(server.url("/a")).outcome, Outcome::kInterrupted);
}

TEST_F(CurlTransportTest, WhatTheQuestionForInterruptsThrowsComesOut) {
  const StallingServer server("hello", 2);
  request_.interrupted = []() -> bool { throw std::runtime_error("no answer"); };
  EXPECT_THROW(get_url(server.url("/a")), std::runtime_error);
}

TEST_F(CurlTransportTest, CompressionThatNobodyAskedForIsUndone) {
  // `printf hello | gzip -n`.
  static constexpr unsigned char kGzip[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                            0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x86,
                                            0xa6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00};
  server_.on("/a", [](const httplib::Request&, httplib::Response& response) {
    response.set_header("Content-Encoding", "gzip");
    response.set_header("ETag", "\"v1\"");
    response.set_content(reinterpret_cast<const char*>(kGzip), sizeof kGzip, "text/plain");
  });
  server_.start();
  EXPECT_EQ(get("/a").outcome, Outcome::kDone);
  EXPECT_EQ(sink_.body, "hello");
  EXPECT_EQ(sink_.head.total, std::nullopt);
  EXPECT_EQ(sink_.head.validator, "");
}

TEST_F(CurlTransportTest, WhatTheSinkThrowsComesOut) {
  server_.on("/a", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("hello", "text/plain");
  });
  server_.start();
  sink_.throws = true;
  EXPECT_THROW(get("/a"), std::runtime_error);
}

TEST_F(CurlTransportTest, NobodyListeningIsTransient) {
  EXPECT_EQ(get_url("http://127.0.0.1:1/a").outcome, Outcome::kTransient);
}

TEST_F(CurlTransportTest, ReadsFileUrls) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "a", "hello");
  EXPECT_EQ(get_url("file://" + (folder.path() / "a").string()).outcome, Outcome::kDone);
  EXPECT_EQ(sink_.body, "hello");
  EXPECT_EQ(get_url("file://" + (folder.path() / "b").string()).outcome, Outcome::kPermanent);
}

TEST_F(CurlTransportTest, OtherProtocolsAreRefused) {
  EXPECT_EQ(get_url("ftp://127.0.0.1/a").outcome, Outcome::kPermanent);
}

}  // namespace
}  // namespace harness
