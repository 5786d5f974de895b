#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/store_url_fixture.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using httplib::Request;
using httplib::Response;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(UrlStore, DownloadsVerifiesAndLocks) {
  serve(kBody);
  const StoredFile stored = get("/zoo/" + kName + "?token=abc");
  EXPECT_EQ(stored.path, options_.cache / kDigest.substr(0, 2) / kDigest / kName);
  EXPECT_EQ(read_file(stored.path), kBody);
  EXPECT_EQ(stored.name, kName);
  EXPECT_EQ(stored.url, server_.url("/zoo/" + kName));
  EXPECT_EQ(stored.sha256, kDigest);
  EXPECT_EQ(stored.size, 5U);
  EXPECT_EQ(stored.trust, Trust::kNameHash);
  EXPECT_EQ(stored.locked_sha256, "");
  EXPECT_THAT(cached(), ElementsAre(kName));
  const LockEntry locked = read_lock_file(options_.lock).at(kName);
  EXPECT_EQ(locked.sha256, kDigest);
  EXPECT_EQ(locked.trust, Trust::kNameHash);
  EXPECT_THAT(locked.urls, ElementsAre(stored.url));
}

TEST_F(UrlStore, ServesTheSecondCallFromTheCache) {
  serve(kBody);
  get("/" + kName);
  options_.offline = true;
  const StoredFile again = get("/" + kName);
  EXPECT_EQ(again.trust, Trust::kLocked);
  EXPECT_EQ(again.locked_sha256, kDigest);
  options_.lock.clear();
  EXPECT_EQ(get("/" + kName).trust, Trust::kNameHash);
  EXPECT_EQ(server_.requests().size(), 1U);
}

TEST_F(UrlStore, ANameWithoutAHashIsTrustedOnFirstUse) {
  serve(kBody);
  EXPECT_EQ(get("/train.log.json").trust, Trust::kFirstUse);
  EXPECT_EQ(read_lock_file(options_.lock).at("train.log.json").trust, Trust::kFirstUse);
  EXPECT_EQ(get("/train.log.json").trust, Trust::kLocked);
}

TEST_F(UrlStore, AWrongDigestNeverGetsTheRightName) {
  serve("jello");
  const Error by_name = failure("/" + kName);
  EXPECT_EQ(by_name.code(), ErrorCode::kChecksumMismatch);
  EXPECT_EQ(by_name.subject(), server_.url("/" + kName));
  EXPECT_THAT(by_name.detail(), HasSubstr("starts with " + kDigest.substr(0, 8)));
  EXPECT_THAT(by_name.detail(), HasSubstr("got " + sha256_hex("jello")));
  pin("a.pth", kDigest);
  const Error by_lock = failure("/a.pth");
  EXPECT_EQ(by_lock.code(), ErrorCode::kChecksumMismatch);
  EXPECT_THAT(by_lock.detail(), HasSubstr("expected sha256 " + kDigest));
  EXPECT_THAT(by_lock.detail(), HasSubstr(options_.lock.string()));
  EXPECT_TRUE(cached().empty());
}

TEST_F(UrlStore, AWebPageWithStatus200IsSaidToBeOne) {
  serve("<!DOCTYPE html><title>Sign in</title>", "text/html");
  EXPECT_EQ(failure("/" + kName).code(), ErrorCode::kChecksumMismatch);
  EXPECT_THAT(failure("/" + kName).detail(), HasSubstr("web page"));
  const Error unpinned = failure("/train.log.json");
  EXPECT_EQ(unpinned.code(), ErrorCode::kFetchFailed);
  EXPECT_THAT(unpinned.detail(), HasSubstr("web page"));
  EXPECT_TRUE(read_lock_file(options_.lock).empty());
  EXPECT_TRUE(cached().empty());
}

TEST_F(UrlStore, NothingIsNoFile) {
  serve("");
  EXPECT_EQ(failure("/train.log.json").code(), ErrorCode::kFetchFailed);
  EXPECT_TRUE(cached().empty());
}

TEST_F(UrlStore, StatusesAreInTheMessage) {
  server_.on("/a.pth", [](const Request&, Response& response) { response.status = 404; });
  server_.start();
  const Error error = failure("/a.pth");
  EXPECT_EQ(error.code(), ErrorCode::kFetchFailed);
  EXPECT_THAT(error.detail(), HasSubstr("HTTP status 404"));
  EXPECT_EQ(server_.requests().size(), 1U);
  EXPECT_EQ(waits_, 0);
}

TEST_F(UrlStore, TooMuchIsRefused) {
  serve(kBody);
  options_.max_bytes = 4;
  const Error error = failure("/a.pth");
  EXPECT_EQ(error.code(), ErrorCode::kFetchFailed);
  EXPECT_THAT(error.detail(), HasSubstr("expected at most 4 bytes, the server announces 5"));
}

TEST_F(UrlStore, ANameThatIsTakenByAnotherFileIsSaidToBe) {
  serve("jello");
  pin("latest.pth", kDigest, {"file:///nonexistent/one/latest.pth"});
  EXPECT_THAT(failure("/two/latest.pth").detail(),
              HasSubstr("a file of this name from file:///nonexistent/one/latest.pth"));
}

TEST_F(UrlStore, OfflineSaysWhatIsMissingAndWhereItWouldComeFrom) {
  serve(kBody);
  options_.offline = true;
  const Error error = failure("/" + kName);
  EXPECT_EQ(error.code(), ErrorCode::kFetchFailed);
  EXPECT_EQ(error.subject(), server_.url("/" + kName));
  EXPECT_THAT(error.detail(), HasSubstr("offline: expected " + kName));
  EXPECT_THAT(error.detail(), HasSubstr(options_.cache.string()));
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(UrlStore, FileUrlsWorkOffline) {
  write_file_atomic(folder_.path() / "my zoo" / kName, kBody);
  options_.offline = true;
  const StoredFile stored =
      obtain("file://" + (folder_.path() / "my zoo" / kName).string(), options_);
  EXPECT_EQ(stored.sha256, kDigest);
  EXPECT_NE(stored.path, folder_.path() / "my zoo" / kName);
  EXPECT_THAT(read_lock_file(options_.lock).at(kName).urls, ElementsAre("my zoo/" + kName));
  EXPECT_EQ(failure_of("file://" + folder_.path().string() + "/no.pth").code(),
            ErrorCode::kFetchFailed);
  EXPECT_EQ(failure_of("file://" + folder_.path().string()).code(), ErrorCode::kFetchFailed);
}

TEST_F(UrlStore, SecretsAreNowhere) {
  // Another port is another server to libcurl: what is for the first is not for the second.
  LoopbackServer other;
  other.on("/" + kName, [](const Request&, Response& response) {
    response.set_content(kBody, "application/octet-stream");
  });
  other.start();
  server_.on("/gone/" + kName, [](const Request&, Response& response) { response.status = 403; });
  server_.on("/" + kName, [&other](const Request&, Response& response) {
    response.set_redirect(other.url("/" + kName + "?signature=xyz").c_str());
  });
  server_.start();
  const auto url = [this](const std::string& path) {
    return "http://ann:hunter2@127.0.0.1:" + std::to_string(server_.port()) + path + "?token=abc";
  };
  const auto secret = testing::ContainsRegex("hunter2|ann:|token|signature|xyz");
  EXPECT_THAT(failure_of(url("/gone/" + kName)).what(), Not(secret));
  const StoredFile stored = obtain(url("/" + kName), options_);
  EXPECT_THAT(stored.url + stored.warning + stored.path.string(), Not(secret));
  EXPECT_THAT(read_file(options_.lock), Not(secret));
  EXPECT_TRUE(server_.requests().at(0).has_header("Authorization"));
  EXPECT_FALSE(other.requests().at(0).has_header("Authorization"));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(options_.cache)) {
    EXPECT_THAT(entry.path().string(), Not(secret));
    const bool file = entry.is_regular_file();
    EXPECT_THAT(file ? read_file(entry.path()) : "", Not(secret));
  }
}

TEST_F(UrlStore, SecretsThatSomebodyWroteIntoTheLockFileAreNotShown) {
  serve("jello");
  pin("a.pth", kDigest, {"http://ann:hunter2@127.0.0.1:1/a.pth?token=abc"});
  options_.retries = 0;
  const auto secret = testing::ContainsRegex("hunter2|ann:|token");
  EXPECT_THAT(failure("/two/a.pth").what(), Not(secret));
  options_.offline = true;
  EXPECT_THAT(failure("/two/a.pth").what(), Not(secret));
}

TEST_F(UrlStore, ThePartOfADownloadHoldsNoSecret) {
  server_.on("/" + kName, [](const Request&, Response& response) {
    response.set_header("ETag", "\"v1\"");
    send_cut(response, kBody, 3);
  });
  server_.start();
  options_.retries = 0;
  failure("/" + kName + "?token=abc");
  EXPECT_EQ(cached().size(), 2U);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(options_.cache)) {
    EXPECT_THAT(entry.path().string(), Not(HasSubstr("token")));
    const bool file = entry.is_regular_file();
    EXPECT_THAT(file ? read_file(entry.path()) : "", Not(HasSubstr("token")));
  }
}

}  // namespace
}  // namespace harness
