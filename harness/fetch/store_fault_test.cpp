// What servers get wrong, over http and over https: each fault ends in the right file or in an
// error that says what was expected, what came and what to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "harness/testing/loopback_tls.h"
#include "harness/testing/memory_sink.h"
#include "harness/testing/store_url_fixture.h"

namespace harness {
namespace {
using httplib::Request;
using httplib::Response;
using testing::ElementsAre;
using testing::HasSubstr;

/// What the server has under every path, and how it behaves.
struct Behaviour {
  std::string body = kBody;
  std::string tag = "\"v1\"";
  std::size_t cut = 0;          ///< Of the first answer: bytes that are sent, 0 for all.
  bool ranges = true;           ///< Knows Range.
  bool if_range = true;         ///< Knows If-Range.
  std::string changed = kBody;  ///< The body from the second answer on.
  std::string changed_tag = "\"v1\"";
};

class FaultyStore : public UrlStore, public testing::WithParamInterface<const char*> {
 protected:
  FaultyStore() {
    write_file_atomic(folder_.path() / "ca.pem", authority_.pem());
    ::setenv("CURL_CA_BUNDLE", (folder_.path() / "ca.pem").c_str(), 1);
  }
  ~FaultyStore() override { ::unsetenv("CURL_CA_BUNDLE"); }

  LoopbackServer& server() { return std::string(GetParam()) == "https" ? secure_ : server_; }
  std::string url(const std::string& name = kName) { return server().url("/" + name, GetParam()); }

  void behave(const Behaviour& behaviour) {
    server().on("/.*", [this, behaviour](const Request& request, Response& response) {
      const bool first = ++asked_ == 1;
      const std::string& body = first ? behaviour.body : behaviour.changed;
      const std::string& tag = first ? behaviour.tag : behaviour.changed_tag;
      response.set_header("ETag", tag);
      if (first && behaviour.cut > 0) return send_cut(response, body, behaviour.cut);
      const bool other = behaviour.if_range && request.get_header_value("If-Range") != tag;
      if (request.has_header("Range") && (other || !behaviour.ranges)) {
        return send_whole(response, body);
      }
      response.set_content(body, "application/octet-stream");
    });
    server().start();
  }

  /// The file came, with these Range headers of the requests.
  void expect_file(const std::vector<std::string>& ranges, const std::string& name = kName,
                   const std::string& body = kBody) {
    const StoredFile stored = obtain(url(name), options_);
    EXPECT_EQ(read_file(stored.path), body);
    EXPECT_EQ(stored.sha256, sha256_hex(body));
    EXPECT_THAT(cached(), ElementsAre(name));
    std::vector<std::string> asked;
    for (const Request& request : server().requests()) {
      asked.push_back(request.get_header_value("Range"));
    }
    EXPECT_EQ(asked, ranges);
  }

  /// An error with all that it must say, and no file.
  void expect_error(ErrorCode code, const std::string& got, const std::string& advice,
                    const std::string& name = kName) {
    const Error error = failure_of(url(name));
    EXPECT_EQ(error.code(), code);
    EXPECT_EQ(error.subject(), url(name));
    EXPECT_THAT(error.detail(), HasSubstr("expected "));
    EXPECT_THAT(error.detail(), HasSubstr(got));
    EXPECT_THAT(error.detail(), HasSubstr(advice));
    EXPECT_TRUE(cached().empty());
    EXPECT_FALSE(std::filesystem::exists(options_.lock));
  }

  TestAuthority authority_;
  LoopbackServer secure_{authority_.server()};
  std::atomic<int> asked_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Over, FaultyStore, testing::Values("http", "https"),
                         [](const auto& scheme) { return std::string(scheme.param); });

TEST_P(FaultyStore, GoesOnAfterACut) {
  behave({.cut = 3});
  expect_file({"", "bytes=3-"});
}

TEST_P(FaultyStore, StartsAgainWhereRangesAreIgnored) {
  behave({.cut = 3, .ranges = false});
  expect_file({"", "bytes=3-"});
}

TEST_P(FaultyStore, StartsAgainWhenTheFileChangedMeanwhile) {
  behave({.cut = 3, .changed = "other", .changed_tag = "\"v2\""});
  expect_file({"", "bytes=3-"}, "train.log.json", "other");
}

TEST_P(FaultyStore, TakesNoPartOfAChangedFileFromAServerWithoutIfRange) {
  // "hel" + "er" would be a file that nobody published.
  behave({.cut = 3, .if_range = false, .changed = "other", .changed_tag = "\"v2\""});
  expect_file({"", "bytes=3-", ""}, "train.log.json", "other");
}

TEST_P(FaultyStore, TakesNoPartOfAFileOfAnotherSize) {
  behave({.cut = 3, .if_range = false, .changed = "other length"});
  expect_file({"", "bytes=3-", ""}, "train.log.json", "other length");
}

TEST_P(FaultyStore, ACutThatNeverEndsIsAnError) {
  server().on("/.*", [](const Request&, Response& response) { send_cut(response, kBody, 3); });
  server().start();
  expect_error(ErrorCode::kFetchFailed, "(after 4 tries); 3 bytes arrived", "try again later");
  EXPECT_EQ(waits_, 3);
}

TEST_P(FaultyStore, OtherBytesAreAnError) {
  behave({.body = "jello", .changed = "jello"});
  expect_error(ErrorCode::kChecksumMismatch, "got " + sha256_hex("jello"), "were deleted");
}

TEST_P(FaultyStore, AShorterFileThanPinnedIsAnError) {
  pin("a.pth", kDigest);
  behave({.body = "hell"});
  const Error error = failure_of(url("a.pth"));
  EXPECT_EQ(error.code(), ErrorCode::kChecksumMismatch);
  EXPECT_THAT(error.detail(), HasSubstr("expected sha256 " + kDigest + " and 5 bytes"));
  EXPECT_THAT(error.detail(), HasSubstr("got " + sha256_hex("hell") + " and 4 bytes"));
  EXPECT_THAT(error.detail(), HasSubstr("remove it from the lock file"));
  EXPECT_TRUE(cached().empty());
}

TEST_P(FaultyStore, AMuchLargerFileThanPinnedIsLeftAtOnce) {
  pin("a.pth", kDigest);
  behave({.body = std::string(4U << 20, 'a')});
  const Error error = failure_of(url("a.pth"));
  EXPECT_EQ(error.code(), ErrorCode::kChecksumMismatch);
  EXPECT_EQ(error.subject(), url("a.pth"));
  EXPECT_THAT(error.detail(), HasSubstr("expected 5 bytes, the server announces 4194304"));
  EXPECT_THAT(error.detail(), HasSubstr("remove it from the lock file"));
  EXPECT_TRUE(cached().empty());
}

TEST_P(FaultyStore, AWebPageIsAnError) {
  server().on("/text/.*", [](const Request&, Response& response) {
    response.set_content("Sign in", "text/html\x1b[2J");
  });
  server().on("/.*", [](const Request&, Response& response) {
    response.set_content("<!DOCTYPE html><title>Sign in</title>", "text/html");
  });
  server().start();
  expect_error(ErrorCode::kChecksumMismatch, "it is a web page (HTML)", "were deleted");
  expect_error(ErrorCode::kFetchFailed, "it is a web page", "were deleted", "train.log.json");
  expect_error(ErrorCode::kChecksumMismatch, "content type \"text/html\xEF\xBF\xBD[2J\"",
               "web page", std::string("text/") + kName);
}

TEST_P(FaultyStore, EachStatusComesWithAdvice) {
  server().on("/(\\d+)/.*", [](const Request& request, Response& response) {
    response.status = std::stoi(request.matches[1]);
    response.set_content("<html>no</html>", "text/html");
  });
  server().start();
  const auto expect_status = [this](const std::string& status, const std::string& advice) {
    const Error error = failure_of(url(status + "/" + kName));
    EXPECT_EQ(error.code(), ErrorCode::kFetchFailed);
    EXPECT_THAT(error.detail(), HasSubstr("expected the file, got: HTTP status " + status));
    EXPECT_THAT(error.detail(), HasSubstr(advice));
  };
  for (const char* status : {"401", "403"}) expect_status(status, "still public");
  for (const char* status : {"404", "410"}) expect_status(status, "moved the file");
  EXPECT_EQ(waits_, 0);
  for (const char* status : {"408", "429", "500", "502", "503", "504"}) {
    expect_status(status, "(after 4 tries); try again later");
  }
  EXPECT_EQ(waits_, 6 * 3);
  EXPECT_TRUE(cached().empty());
}

TEST_P(FaultyStore, ComesBackWhenTheServerSays) {
  server().on("/.*", [this](const Request&, Response& response) {
    if (++asked_ == 1) {
      response.status = 429;
      response.set_header("Retry-After", "7");
    } else if (asked_ == 2) {
      response.status = 503;
      const std::time_t then = std::time(nullptr) + 60;
      std::array<char, 64> date{};
      std::strftime(date.data(), date.size(), "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&then));
      response.set_header("Retry-After", date.data());
    } else {
      response.set_content(kBody, "application/octet-stream");
    }
  });
  server().start();
  std::vector<std::chrono::milliseconds> waits;
  options_.wait = [&waits](std::chrono::milliseconds pause) { waits.push_back(pause); };
  expect_file({"", "", ""});
  ASSERT_EQ(waits.size(), 2U);
  EXPECT_EQ(waits[0], std::chrono::seconds(7));
  EXPECT_NEAR(static_cast<double>(waits[1].count()), 60000.0, 2000.0);
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

TEST_P(FaultyStore, CompressionOnTheFlyIsUndoneAndNeverJoined) {
  const std::string packed = gzip(kBody);
  server().on("/.*", [this, packed](const Request&, Response& response) {
    response.set_header("Content-Encoding", "gzip");
    response.set_header("ETag", "\"v1\"");
    if (++asked_ == 1) return send_cut(response, packed, packed.size() - 9);
    response.set_content(packed, "application/octet-stream");
  });
  server().start();
  expect_file({"", ""});
}

TEST_P(FaultyStore, MoreThanTheLimitIsNotTakenWhateverIsAnnounced) {
  const std::string block(4096, 'a');
  server().on("/chunked/.*", [block](const Request&, Response& response) {
    response.set_chunked_content_provider(
        "application/octet-stream",
        [](std::size_t, httplib::DataSink& sink) { return sink.write("endless ", 8); });
  });
  const std::string bomb = gzip(std::string(4U << 20, '\0'));
  server().on("/bomb/.*", [bomb](const Request&, Response& response) {
    response.set_header("Content-Encoding", "gzip");
    response.set_content(bomb, "application/octet-stream");
  });
  server().start();
  options_.max_bytes = 1U << 20;
  for (const char* place : {"chunked/", "bomb/"}) {
    const Error error = failure_of(url(place + kName));
    EXPECT_EQ(error.code(), ErrorCode::kFetchFailed) << place;
    EXPECT_THAT(error.detail(), HasSubstr("expected at most 1048576 bytes, got at least"));
    EXPECT_THAT(error.detail(), HasSubstr("--max-bytes"));
  }
  EXPECT_TRUE(cached().empty());
}

TEST_P(FaultyStore, RedirectsWithoutEndAreAnError) {
  server().on("/.*", [](const Request& request, Response& response) {
    response.set_redirect((request.path + "x").c_str());
  });
  server().start();
  expect_error(ErrorCode::kFetchFailed, "(5) redirects", "give the URL that the file is at");
  EXPECT_EQ(server().requests().size(), 6U);
}

}  // namespace
}  // namespace harness
