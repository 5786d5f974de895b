#include "harness/fetch/transfer_failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using Outcome = TransferResult::Outcome;
using std::chrono::seconds;
using testing::HasSubstr;

TEST(TransferFailure, TellsStatusesThatMayGetBetterFromThoseThatWillNot) {
  for (const long status : {408, 429, 500, 502, 503, 504}) {
    const TransferResult result = failure_of_status(status, seconds(7));
    EXPECT_EQ(result.outcome, Outcome::kTransient) << status;
    EXPECT_EQ(result.retry_after, seconds(7)) << status;
  }
  for (const long status : {204, 304, 400, 401, 403, 404, 407, 410, 451, 501, 505}) {
    EXPECT_EQ(failure_of_status(status, seconds(7)).outcome, Outcome::kPermanent) << status;
  }
  EXPECT_EQ(failure_of_status(416, seconds(0)).outcome, Outcome::kRestart);
}

TEST(TransferFailure, AStatusComesWithAdvice) {
  EXPECT_EQ(failure_of_status(404, seconds(0)).reason, "HTTP status 404");
  EXPECT_THAT(failure_of_status(404, seconds(0)).advice, HasSubstr("moved the file"));
  EXPECT_THAT(failure_of_status(403, seconds(0)).advice, HasSubstr("still public"));
  EXPECT_THAT(failure_of_status(407, seconds(0)).advice, HasSubstr("https_proxy"));
  EXPECT_THAT(failure_of_status(503, seconds(0)).advice, HasSubstr("try again later"));
}

TEST(TransferFailure, TheNetworkMayGetBetterAndACertificateWillNot) {
  EXPECT_EQ(failure_of_curl(CURLE_PARTIAL_FILE, "", false).outcome, Outcome::kTransient);
  EXPECT_EQ(failure_of_curl(CURLE_COULDNT_CONNECT, "", false).outcome, Outcome::kTransient);
  const auto untrusted = failure_of_curl(CURLE_PEER_FAILED_VERIFICATION, "has expired", true);
  EXPECT_EQ(untrusted.outcome, Outcome::kPermanent);
  EXPECT_EQ(untrusted.reason, "has expired");
  EXPECT_THAT(untrusted.advice, HasSubstr("SSL_CERT_FILE"));
}

TEST(TransferFailure, EveryOneSaysWhatHappenedAndWhatToDo) {
  for (int code = 1; code < CURL_LAST; ++code) {
    const auto result = failure_of_curl(static_cast<CURLcode>(code), "", false);
    EXPECT_NE(result.reason, "") << code;
    EXPECT_NE(result.advice, "") << code;
  }
}

TEST(TransferFailure, AProxysRefusalIsSaidToBeOne) {
  const TransferResult result = failure_of_proxy(407);
  EXPECT_EQ(result.outcome, Outcome::kPermanent);
  EXPECT_EQ(result.reason, "HTTP status 407 from the proxy");
  EXPECT_THAT(result.advice, HasSubstr("https_proxy"));
}

TEST(TransferFailure, ARefusedRedirectSaysWhy) {
  EXPECT_THAT(failure_of_curl(CURLE_UNSUPPORTED_PROTOCOL, "x", true).reason,
              HasSubstr("away from https"));
  EXPECT_THAT(failure_of_curl(CURLE_UNSUPPORTED_PROTOCOL, "x", false).reason,
              HasSubstr("another scheme"));
}

}  // namespace
}  // namespace harness
