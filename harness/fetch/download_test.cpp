#include "harness/fetch/download.h"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"

namespace harness {
namespace {
using Outcome = TransferResult::Outcome;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

/// One try as a script: what the server says and sends, and how it ends.
struct Try {
  std::optional<ResponseHead> head;
  std::string body;
  TransferResult result;
};

class ScriptedTransport : public Transport {
 public:
  TransferResult get(const TransferRequest& request, BodySink& sink) override {
    requests.push_back(request);
    const Try next = tries.size() > 1 ? tries.front() : tries.at(0);
    if (tries.size() > 1) tries.pop_front();
    if (next.head) sink.begin(*next.head);
    if (!next.body.empty()) sink.write(std::as_bytes(std::span(next.body)));
    return next.result;
  }
  std::deque<Try> tries;  // The last one is repeated.
  std::vector<TransferRequest> requests;
};

const TransferResult kDone{Outcome::kDone, "", {}};
const TransferResult kCut{Outcome::kTransient, "connection lost", {}};
const TransferResult kNotFound{Outcome::kPermanent, "HTTP status 404", {}};

ResponseHead head(std::uintmax_t offset, const std::string& validator = "\"v1\"") {
  return {offset, std::nullopt, validator, ""};
}

class DownloadTest : public testing::Test {
 protected:
  DownloadTest() {
    request_.url = parse_url("https://ann:hunter2@host/a.pth?token=abc");
    request_.part = folder_.path() / "a.part";
    request_.max_bytes = 100U << 20;
    request_.wait = [this](milliseconds pause) { waits_.push_back(pause); };
  }

  Downloaded run() { return download(request_, transport_); }

  std::string failure() {
    try {
      run();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kFetchFailed);
      EXPECT_EQ(error.subject(), "https://host/a.pth");
      EXPECT_THAT(error.what(), Not(HasSubstr("hunter2")));
      EXPECT_THAT(error.what(), Not(HasSubstr("abc")));
      return error.detail();
    }
    ADD_FAILURE() << "expected an Error";
    return "";
  }

  TemporaryFolder folder_;
  ScriptedTransport transport_;
  DownloadRequest request_;
  std::vector<milliseconds> waits_;
};

TEST_F(DownloadTest, BringsTheBytes) {
  transport_.tries = {{head(0), "hello", kDone}};
  const Downloaded got = run();
  EXPECT_EQ(got.sha256, sha256_hex("hello"));
  EXPECT_EQ(got.size, 5U);
  EXPECT_FALSE(got.reused);
  EXPECT_EQ(read_file(request_.part), "hello");
  EXPECT_THAT(transport_.requests.at(0).url, HasSubstr("ann:hunter2@"));
  EXPECT_TRUE(waits_.empty());
}

TEST_F(DownloadTest, TriesAgainWithGrowingWaits) {
  transport_.tries = {{{}, "", kCut}, {{}, "", kCut}, {{}, "", kCut}, {head(0), "hello", kDone}};
  EXPECT_EQ(run().size, 5U);
  ASSERT_EQ(waits_.size(), 3U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_GE(waits_[static_cast<std::size_t>(i)], backoff(i + 1, 0.75));
    EXPECT_LE(waits_[static_cast<std::size_t>(i)], backoff(i + 1, 1.25));
  }
}

TEST_F(DownloadTest, GivesUpAfterTheRetries) {
  transport_.tries = {{{}, "", kCut}};
  EXPECT_THAT(failure(), HasSubstr("connection lost (after 4 tries)"));
  EXPECT_EQ(transport_.requests.size(), 4U);
}

TEST_F(DownloadTest, DoesNotTryAgainWhatWillNotGetBetter) {
  transport_.tries = {{{}, "", kNotFound}};
  EXPECT_THAT(failure(), HasSubstr("HTTP status 404"));
  EXPECT_EQ(transport_.requests.size(), 1U);
  EXPECT_TRUE(waits_.empty());
}

TEST_F(DownloadTest, WaitsAsLongAsTheServerAsks) {
  transport_.tries = {{{}, "", {Outcome::kTransient, "HTTP status 503", std::chrono::seconds(60)}},
                      {head(0), "hello", kDone}};
  run();
  EXPECT_THAT(waits_, testing::ElementsAre(std::chrono::seconds(60)));
}

TEST_F(DownloadTest, DoesNotWaitForHours) {
  transport_.tries = {{{}, "", {Outcome::kTransient, "HTTP status 429", std::chrono::hours(1)}}};
  EXPECT_THAT(failure(), HasSubstr("HTTP status 429, and the server asks to come back in 3600 s"));
  EXPECT_TRUE(waits_.empty());
}

TEST_F(DownloadTest, GoesOnFromWhereItWasCut) {
  transport_.tries = {{head(0), "hel", kCut}, {head(3), "lo", kDone}};
  EXPECT_EQ(run().sha256, sha256_hex("hello"));
  EXPECT_EQ(transport_.requests.at(1).offset, 3U);
  EXPECT_EQ(transport_.requests.at(1).validator, "\"v1\"");
}

TEST_F(DownloadTest, StartsAgainWhereTheServerCannotGoOn) {
  transport_.tries = {{head(0, ""), "hel", kCut}, {head(0, ""), "hello", kDone}};
  EXPECT_EQ(run().sha256, sha256_hex("hello"));
  EXPECT_EQ(transport_.requests.at(1).offset, 0U);
}

TEST_F(DownloadTest, StartsAgainWhenTheFileChanged) {
  transport_.tries = {{head(0), "hel", kCut}, {head(0, "\"v2\""), "other", kDone}};
  EXPECT_EQ(run().sha256, sha256_hex("other"));
}

TEST_F(DownloadTest, StartsAgainWhenTheRangeIsRefused) {
  transport_.tries = {{head(0), "hel", kCut},
                      {{}, "", {Outcome::kRestart, "HTTP status 416", {}}},
                      {head(0), "hello", kDone}};
  EXPECT_EQ(run().sha256, sha256_hex("hello"));
  EXPECT_EQ(transport_.requests.at(2).offset, 0U);
}

TEST_F(DownloadTest, ProgressEarnsNewRetries) {
  const std::string mebibyte(1U << 20, 'a');
  for (std::uintmax_t i = 0; i < 9; ++i) {
    transport_.tries.push_back({head(i << 20), mebibyte, kCut});
  }
  transport_.tries.push_back({head(9U << 20), "b", kDone});
  EXPECT_EQ(run().size, (9U << 20) + 1);
}

TEST_F(DownloadTest, AServerThatAlwaysCutsAtTheSamePlaceIsLeft) {
  transport_.tries = {{head(0, ""), std::string(2U << 20, 'a'), kCut}};
  EXPECT_THAT(failure(), HasSubstr("connection lost"));
  EXPECT_LE(transport_.requests.size(), 5U);
}

TEST_F(DownloadTest, KeepsWhatArrivedForTheNextCall) {
  transport_.tries = {{head(0), "hel", kCut}, {{}, "", kCut}};
  EXPECT_THAT(failure(), HasSubstr("3 bytes arrived and are kept"));
  transport_.tries = {{head(3), "lo", kDone}};
  const Downloaded got = run();
  EXPECT_EQ(got.sha256, sha256_hex("hello"));
  EXPECT_TRUE(got.reused);
}

TEST_F(DownloadTest, TooMuchIsAFailureWithTheUrlAsSubject) {
  request_.max_bytes = 4;
  transport_.tries = {{head(0), "hello", kDone}};
  EXPECT_THAT(failure(), HasSubstr("expected at most 4 bytes, got at least 5"));
}

TEST_F(DownloadTest, AnUnwritableFolderIsAFailureWithTheUrlAsSubject) {
  request_.part = folder_.path() / "no" / "a.part";
  EXPECT_THAT(failure(), HasSubstr("cannot open"));
}

TEST(Backoff, DoublesUpToHalfAMinute) {
  EXPECT_EQ(backoff(1, 1.0), milliseconds(1000));
  EXPECT_EQ(backoff(2, 1.0), milliseconds(2000));
  EXPECT_EQ(backoff(5, 1.0), milliseconds(16000));
  EXPECT_EQ(backoff(60, 1.0), milliseconds(30000));
  EXPECT_EQ(backoff(1, 0.75), milliseconds(750));
}

TEST_F(DownloadTest, AnInterruptEndsIt) {
  request_.interrupted = [this] { return !transport_.requests.empty(); };
  transport_.tries = {{head(0), "hello", {Outcome::kInterrupted, "an interrupt"}}};
  try {
    run();
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInterrupted);
    EXPECT_EQ(error.subject(), "https://host/a.pth");
    EXPECT_THAT(error.detail(), HasSubstr("5 bytes arrived and are kept"));
  }
  EXPECT_EQ(read_file(request_.part), "hello");
  EXPECT_EQ(transport_.requests.size(), 1U);
}

TEST_F(DownloadTest, AnInterruptEndsTheWaitForAnotherTry) {
  request_.wait = nullptr;
  request_.interrupted = [this] { return !transport_.requests.empty(); };
  transport_.tries = {{std::nullopt, "", kCut}};
  EXPECT_THROW(run(), Error);
  EXPECT_EQ(transport_.requests.size(), 1U) << "there was no other try";
}

TEST_F(DownloadTest, NothingIsAskedForAfterAnInterrupt) {
  request_.interrupted = [] { return true; };
  transport_.tries = {{head(0), "hello", kDone}};
  EXPECT_THROW(run(), Error);
  EXPECT_TRUE(transport_.requests.empty());
}

}  // namespace
}  // namespace harness
