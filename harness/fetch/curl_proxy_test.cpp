// The proxy variables, with proxies on the loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/fetch/curl_transport.h"
#include "harness/testing/loopback_server.h"
#include "harness/testing/loopback_tls.h"
#include "harness/testing/memory_sink.h"
#include "harness/testing/raw_server.h"

namespace harness {
namespace {
using Outcome = TransferResult::Outcome;
using httplib::Request;
using httplib::Response;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Proxy : public testing::Test {
 protected:
  Proxy() {
    write_file_atomic(folder_.path() / "ca.pem", authority_.pem());
    for (LoopbackServer* server : {&plain_, &secure_}) {
      server->on(".*", [](const Request&, Response& response) {
        response.set_content("hello", "text/plain");
      });
      server->start();
    }
    tunnel_ = std::make_unique<RawServer>(tunnel_to(secure_.port()));
    ::unsetenv("no_proxy");  // The servers set it, for themselves.
  }

  TransferResult get(const std::string& url) {
    const ScopedVariable trust("CURL_CA_BUNDLE", (folder_.path() / "ca.pem").c_str());
    TransferRequest request;
    request.url = url;
    sink_ = {};
    return CurlTransport().get(request, sink_);
  }

  // The machine's own proxies have no part in this.
  ScopedVariable http_{"http_proxy", nullptr};
  ScopedVariable https_{"https_proxy", nullptr};
  ScopedVariable https_upper_{"HTTPS_PROXY", nullptr};
  ScopedVariable all_{"all_proxy", nullptr};
  ScopedVariable all_upper_{"ALL_PROXY", nullptr};
  ScopedVariable none_{"no_proxy", nullptr};
  ScopedVariable none_upper_{"NO_PROXY", nullptr};
  TemporaryFolder folder_;
  TestAuthority authority_;
  LoopbackServer plain_;
  LoopbackServer secure_{authority_.server({"DNS:zoo.invalid,IP:127.0.0.1"})};
  std::unique_ptr<RawServer> tunnel_;
  MemorySink sink_;
};

TEST_F(Proxy, HttpProxyIsAskedForHttpUrls) {
  const ScopedVariable proxy("http_proxy", plain_.url("").c_str());
  EXPECT_EQ(get("http://zoo.invalid/a").outcome, Outcome::kDone);
  EXPECT_EQ(sink_.body, "hello");
  EXPECT_EQ(plain_.requests().at(0).get_header_value("Host"), "zoo.invalid");
}

TEST_F(Proxy, HttpsProxyIsAskedForATunnelAndSeesNothingOfWhatIsInIt) {
  for (const char* variable : {"https_proxy", "HTTPS_PROXY", "all_proxy"}) {
    const ScopedVariable proxy(variable, tunnel_->url("").c_str());
    EXPECT_EQ(get("https://zoo.invalid/a?token=abc").outcome, Outcome::kDone) << variable;
    EXPECT_EQ(sink_.body, "hello");
  }
  ASSERT_EQ(tunnel_->heads().size(), 3U);
  EXPECT_THAT(tunnel_->heads().at(0), StartsWith("CONNECT zoo.invalid:443 "));
  EXPECT_THAT(tunnel_->heads().at(0), Not(HasSubstr("abc")));
  EXPECT_EQ(secure_.requests().size(), 3U);
}

TEST_F(Proxy, TheCertificateBehindATunnelMustBeForTheHostThatWasAskedFor) {
  const ScopedVariable proxy("https_proxy", tunnel_->url("").c_str());
  const auto result = get("https://other.invalid/a");
  EXPECT_EQ(result.outcome, Outcome::kPermanent);
  EXPECT_THAT(result.reason, HasSubstr("no alternative certificate subject name matches"));
}

TEST_F(Proxy, NoProxyNamesHostsThatAreAskedDirectly) {
  RawServer never([](int socket, const std::string&) {
    send_text(socket, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
  });
  ::unsetenv("no_proxy");
  const ScopedVariable http("http_proxy", never.url("").c_str());
  const ScopedVariable https("https_proxy", never.url("").c_str());
  EXPECT_NE(get(plain_.url("/a")).outcome, Outcome::kDone);
  EXPECT_EQ(never.heads().size(), 1U);
  for (const char* variable : {"no_proxy", "NO_PROXY"}) {
    const ScopedVariable none(variable, "zoo.invalid,127.0.0.1");
    EXPECT_EQ(get(plain_.url("/a")).outcome, Outcome::kDone) << variable;
    EXPECT_EQ(get(secure_.url("/a", "https")).outcome, Outcome::kDone) << variable;
  }
  EXPECT_EQ(never.heads().size(), 1U);
}

TEST_F(Proxy, HttpProxyInCapitalsIsNotHeeded) {
  // In a CGI program a request's "Proxy:" header would set it.
  const ScopedVariable proxy("HTTP_PROXY", "http://127.0.0.1:1");
  EXPECT_EQ(get(plain_.url("/a")).outcome, Outcome::kDone);
}

TEST_F(Proxy, AProxyThatRefusesTheTunnelIsSaidToBeOneAndItsPasswordIsNot) {
  RawServer refuses([](int socket, const std::string&) {
    send_text(socket, "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
  });
  ::unsetenv("no_proxy");
  std::string address = refuses.url("");
  address.insert(address.find("127"), "ann:hunter2@");
  const ScopedVariable proxy("https_proxy", address.c_str());
  const auto result = get("https://zoo.invalid/a");
  EXPECT_EQ(result.outcome, Outcome::kPermanent);
  EXPECT_EQ(result.reason, "HTTP status 407 from the proxy");
  EXPECT_THAT(result.reason + result.advice, Not(HasSubstr("hunter2")));
  EXPECT_THAT(refuses.heads().at(0), HasSubstr("Proxy-Authorization: Basic "));
}

TEST_F(Proxy, OneThatNobodyKnowsIsNamedWithoutItsPassword) {
  const ScopedVariable proxy("http_proxy", "http://ann:hunter2@proxy.invalid:3128");
  const auto result = get("http://zoo.invalid/a");
  EXPECT_EQ(result.outcome, Outcome::kTransient);
  EXPECT_THAT(result.reason, HasSubstr("proxy.invalid"));
  EXPECT_THAT(result.reason, Not(HasSubstr("hunter2")));
  EXPECT_THAT(result.advice, HasSubstr("http_proxy"));
}

}  // namespace
}  // namespace harness
