// https: who is trusted, and that nothing ever falls back to http.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/fetch/curl_transport.h"
#include "harness/testing/loopback_server.h"
#include "harness/testing/loopback_tls.h"
#include "harness/testing/memory_sink.h"

namespace harness {
namespace {
using Outcome = TransferResult::Outcome;
using httplib::Request;
using httplib::Response;
using testing::HasSubstr;

class TlsTransport : public testing::Test {
 protected:
  TlsTransport() {
    write_file_atomic(folder_.path() / "ca.pem", authority_.pem());
    for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) ::unsetenv(name);
    plain_.on("/a", [](const Request&, Response& response) {
      response.set_content("plain", "text/plain");
    });
  }
  ~TlsTransport() override { ::unsetenv("CURL_CA_BUNDLE"); }

  void trust_it() const { ::setenv("CURL_CA_BUNDLE", (folder_.path() / "ca.pem").c_str(), 1); }

  TransferResult get_url(const std::string& url) {
    TransferRequest request;
    request.url = url;
    return CurlTransport().get(request, sink_);
  }

  /// From a server with that certificate.
  TransferResult get(const CertificateText& text) {
    LoopbackServer server(authority_.server(text));
    server.on("/a", [](const Request&, Response& response) {
      response.set_content("hello", "text/plain");
    });
    server.start();
    const TransferResult result = get_url(server.url("/a", "https"));
    reached_ = server.requests().size();
    return result;
  }

  /// Nothing was asked for and nothing came.
  void expect_refused(const TransferResult& result, const std::string& reason) {
    EXPECT_EQ(result.outcome, Outcome::kPermanent);
    EXPECT_THAT(result.reason, HasSubstr(reason));
    EXPECT_THAT(result.advice, HasSubstr("SSL_CERT_FILE"));
    EXPECT_EQ(sink_.begun, 0);
    EXPECT_EQ(reached_, 0U);
  }

  TemporaryFolder folder_;
  TestAuthority authority_;
  LoopbackServer plain_;
  MemorySink sink_;
  std::size_t reached_ = 0;
};

TEST_F(TlsTransport, ACertificateThatNobodyVouchesForIsRefused) {
  expect_refused(get({}), "unable to get local issuer certificate");
}

TEST_F(TlsTransport, AnotherAuthorityOfTheSameNameIsNotTrusted) {
  write_file_atomic(folder_.path() / "ca.pem", TestAuthority().pem());
  trust_it();
  EXPECT_NE(get({}).outcome, Outcome::kDone);
  EXPECT_EQ(sink_.begun, 0);
  EXPECT_EQ(reached_, 0U);
}

TEST_F(TlsTransport, AVariableNamesCertificatesToTrust) {
  trust_it();
  EXPECT_EQ(get({}).outcome, Outcome::kDone);
  EXPECT_EQ(sink_.body, "hello");
}

TEST_F(TlsTransport, ACertificateForAnotherNameIsRefused) {
  trust_it();
  expect_refused(get({"DNS:zoo.invalid,IP:127.0.0.2"}),
                 "no alternative certificate subject name matches");
}

TEST_F(TlsTransport, AnExpiredCertificateIsRefused) {
  trust_it();
  expect_refused(get({"IP:127.0.0.1", -7200, -3600}), "certificate has expired");
}

TEST_F(TlsTransport, ACertificateFromTheFutureIsRefused) {
  trust_it();
  expect_refused(get({"IP:127.0.0.1", 3600, 7200}), "not yet valid");
}

TEST_F(TlsTransport, ABundleThatIsNotThereIsSaidToBe) {
  const ScopedVariable bundle("CURL_CA_BUNDLE", "/nonexistent/ca.pem");
  const TransferResult result = get({});
  EXPECT_EQ(result.outcome, Outcome::kPermanent);
  EXPECT_THAT(result.reason, HasSubstr("/nonexistent/ca.pem"));
  EXPECT_THAT(result.advice, HasSubstr("CURL_CA_BUNDLE"));
}

TEST_F(TlsTransport, ARedirectFromHttpsToHttpIsNotFollowed) {
  trust_it();
  plain_.start();
  LoopbackServer server(authority_.server());
  server.on("/down",
            [&](const Request&, Response& response) { response.set_redirect(plain_.url("/a")); });
  server.on("/detour", [](const Request&, Response& response) { response.set_redirect("/down"); });
  server.start();
  for (const char* path : {"/down", "/detour"}) {
    const auto result = get_url(server.url(path, "https"));
    EXPECT_EQ(result.outcome, Outcome::kPermanent);
    EXPECT_THAT(result.reason, HasSubstr("away from https"));
    EXPECT_THAT(result.advice, HasSubstr("give the URL that the file is at"));
  }
  EXPECT_TRUE(plain_.requests().empty());
  EXPECT_EQ(sink_.begun, 0);
}

TEST_F(TlsTransport, ARedirectFromHttpToHttpsIsFollowed) {
  trust_it();
  LoopbackServer server(authority_.server());
  server.on("/a", [](const Request&, Response& response) {
    response.set_content("hello", "text/plain");
  });
  server.start();
  plain_.on("/up", [&](const Request&, Response& response) {
    response.set_redirect(server.url("/a", "https"));
  });
  plain_.start();
  EXPECT_EQ(get_url(plain_.url("/up")).outcome, Outcome::kDone);
  EXPECT_EQ(sink_.body, "hello");
}

TEST_F(TlsTransport, AServerThatSpeaksNoTlsIsNotAskedInTheClear) {
  trust_it();
  plain_.start();
  for (const char* scheme : {"https", "HTTPS"}) {
    const auto result = get_url(plain_.url("/a", scheme));
    EXPECT_EQ(result.outcome, Outcome::kTransient);
    EXPECT_EQ(sink_.begun, 0);
    EXPECT_TRUE(plain_.requests().empty());
  }
}

}  // namespace
}  // namespace harness
