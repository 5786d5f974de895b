#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/store_url_fixture.h"

namespace harness {
namespace {
using httplib::Request;
using httplib::Response;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(UrlStore, ASick500GetsBetter) {
  std::atomic<int> asked = 0;
  server_.on("/a.pth", [&asked](const Request&, Response& response) {
    if (++asked < 3) {
      response.status = 500;
    } else {
      response.set_content(kBody, "application/octet-stream");
    }
  });
  server_.start();
  EXPECT_EQ(get("/a.pth").sha256, kDigest);
  EXPECT_EQ(waits_, 2);
}

TEST_F(UrlStore, FollowsARedirect) {
  server_.on("/" + kName, [](const Request&, Response& response) {
    response.set_redirect("/elsewhere?signature=abc");
  });
  server_.on("/elsewhere", [](const Request&, Response& response) {
    response.set_content(kBody, "application/octet-stream");
  });
  server_.start();
  const StoredFile stored = get("/" + kName);
  EXPECT_EQ(stored.name, kName);
  EXPECT_EQ(stored.url, server_.url("/" + kName));
}

TEST_F(UrlStore, GoesOnAfterACut) {
  std::atomic<int> asked = 0;
  server_.on("/" + kName, [&asked](const Request&, Response& response) {
    response.set_header("ETag", "\"v1\"");
    if (++asked == 1) {
      send_cut(response, kBody, 3);
    } else {
      response.set_content(kBody, "application/octet-stream");
    }
  });
  server_.start();
  EXPECT_EQ(get("/" + kName).sha256, kDigest);
  ASSERT_EQ(server_.requests().size(), 2U);
  EXPECT_EQ(server_.requests().at(1).get_header_value("Range"), "bytes=3-");
  EXPECT_EQ(server_.requests().at(1).get_header_value("If-Range"), "\"v1\"");
}

TEST_F(UrlStore, OldBytesThatAreWrongAreFetchedAnew) {
  // As if a crash had spoilt what an earlier process left: same tag, other bytes.
  std::atomic<bool> dies = true;
  server_.on("/" + kName, [&dies](const Request&, Response& response) {
    response.set_header("ETag", "\"v1\"");
    if (dies) {
      send_cut(response, "xxxxx", 3);
    } else {
      response.set_content(kBody, "application/octet-stream");
    }
  });
  server_.start();
  options_.retries = 0;
  EXPECT_THAT(failure("/" + kName).detail(), HasSubstr("3 bytes arrived and are kept"));
  dies = false;
  EXPECT_EQ(get("/" + kName).sha256, kDigest);
  EXPECT_EQ(server_.requests().at(1).get_header_value("Range"), "bytes=3-");
  EXPECT_FALSE(server_.requests().at(2).has_header("Range"));
}

TEST_F(UrlStore, AMirrorStepsInAndThatIsSaid) {
  server_.on("/gone/.*", [](const Request&, Response& response) { response.status = 404; });
  server_.on("/mirror/.*", [](const Request&, Response& response) {
    response.set_content(kBody, "application/octet-stream");
  });
  server_.start();
  pin("a.pth", kDigest, {server_.url("/mirror/a.pth")});
  const StoredFile stored = get("/gone/a.pth");
  EXPECT_EQ(stored.sha256, kDigest);
  EXPECT_EQ(stored.url, server_.url("/mirror/a.pth"));
  EXPECT_THAT(stored.warning, HasSubstr("HTTP status 404"));
}

TEST_F(UrlStore, MirrorsAreTriedInTheOrderOfTheLockFile) {
  server_.on("/gone/.*", [](const Request&, Response& response) { response.status = 404; });
  server_.on("/wrong/.*", [](const Request&, Response& response) {
    response.set_content("jello", "application/octet-stream");
  });
  server_.on("/cut/.*", [](const Request&, Response& response) {
    response.set_header("ETag", "\"v1\"");
    send_cut(response, "jello", 4);
  });
  server_.on("/(good|never)/.*", [](const Request&, Response& response) {
    response.set_header("ETag", "\"v1\"");
    response.set_content(kBody, "application/octet-stream");
  });
  server_.start();
  options_.retries = 0;
  std::vector<std::string> mirrors;
  for (const char* place : {"gone", "wrong", "cut", "good", "never"}) {
    mirrors.push_back(server_.url(std::string("/") + place + "/a.pth"));
  }
  pin("a.pth", kDigest, mirrors);
  const StoredFile stored = get("/gone/a.pth?first");
  EXPECT_EQ(read_file(stored.path), kBody);
  EXPECT_EQ(stored.url, mirrors.at(3));
  std::vector<std::string> asked;
  for (const Request& request : server_.requests()) asked.push_back(request.path);
  EXPECT_THAT(asked, ElementsAre("/gone/a.pth", "/wrong/a.pth", "/cut/a.pth", "/good/a.pth"));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_THAT(stored.warning, HasSubstr(mirrors.at(i)));
  EXPECT_EQ(read_lock_file(options_.lock).at("a.pth").urls, mirrors);
}

TEST_F(UrlStore, WhenNoMirrorDeliversTheErrorNamesThemAll) {
  server_.on("/gone/.*", [](const Request&, Response& response) { response.status = 404; });
  server_.on("/wrong/.*", [](const Request&, Response& response) {
    response.set_content("jello", "application/octet-stream");
  });
  server_.start();
  pin("a.pth", kDigest, {server_.url("/gone/too/a.pth"), server_.url("/wrong/a.pth")});
  const Error error = failure("/gone/a.pth");
  EXPECT_EQ(error.code(), ErrorCode::kFetchFailed);
  EXPECT_EQ(error.subject(), server_.url("/gone/a.pth"));
  EXPECT_THAT(error.detail(), HasSubstr(server_.url("/gone/too/a.pth") + ": expected the file"));
  EXPECT_THAT(error.detail(), HasSubstr(server_.url("/wrong/a.pth") + ": expected sha256"));
  EXPECT_TRUE(cached().empty());
}

TEST_F(UrlStore, AMirrorThatIsNoneIsPassedOver) {
  server_.on("/gone/.*", [](const Request&, Response& response) { response.status = 404; });
  server_.start();
  pin("a.pth", kDigest, {"ftp://host/a.pth", "../zoo/a.pth", "https://host"});
  const Error error = failure("/gone/a.pth");
  EXPECT_THAT(error.detail(), HasSubstr("HTTP status 404"));
  EXPECT_THAT(error.detail(), HasSubstr("got the scheme \"ftp\""));
}

TEST_F(UrlStore, ACacheThatCannotBeWrittenSaysSo) {
  serve(kBody);
  write_file_atomic(folder_.path() / "taken", "");
  options_.cache = folder_.path() / "taken";
  const Error error = failure("/a.pth");
  EXPECT_EQ(error.code(), ErrorCode::kFetchFailed);
  EXPECT_THAT(error.detail(), HasSubstr("the cache must be writable"));
}

/// A child process that gets `url_pipe`'s URL and exits with 0 when it did.
pid_t start_child(const StoreOptions& options, int url_pipe) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  std::array<char, 200> url{};
  int status = 1;
  if (::read(url_pipe, url.data(), url.size() - 1) > 0) {
    try {
      status = obtain(url.data(), options).sha256 == kDigest ? 0 : 2;
    } catch (const std::exception&) {
      status = 3;
    }
  }
  ::_exit(status);
}

TEST_F(UrlStore, OfSeveralProcessesOneDownloads) {
  // Forked before the server starts its threads: a child then inherits no lock that they hold.
  std::array<std::array<int, 2>, 3> pipes{};
  std::vector<pid_t> children;
  for (auto& ends : pipes) {
    ASSERT_EQ(::pipe(ends.data()), 0);
    children.push_back(start_child(options_, ends[0]));
  }
  server_.on("/" + kName, [](const Request&, Response& response) {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    response.set_content(kBody, "application/octet-stream");
  });
  server_.start();
  const std::string url = server_.url("/" + kName);
  for (auto& ends : pipes) ASSERT_GT(::write(ends[1], url.data(), url.size()), 0);
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  for (auto& ends : pipes) {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  EXPECT_EQ(server_.requests().size(), 1U);
  EXPECT_THAT(cached(), ElementsAre(kName));
}

}  // namespace
}  // namespace harness
