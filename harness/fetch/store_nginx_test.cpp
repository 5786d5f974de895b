// A web server as publishers use it. Skipped where nginx is not installed.
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/fetch/store.h"
#include "harness/testing/loopback_tls.h"
#include "harness/testing/memory_sink.h"
#include "harness/testing/raw_server.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::size_t kBytes = 1U << 20;

/// A port that was free a moment ago.
int free_port() {
  const int socket = loopback_socket(0, ::bind);
  const int port = port_of(socket);
  ::close(socket);
  return port;
}

/// Where nginx lies; users other than root have no sbin in their PATH. "" where there is none.
std::string nginx_program() {
  for (const char* folder :
       {"/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin", "/usr/local/nginx/sbin"}) {
    const fs::path program = fs::path(folder) / "nginx";
    if (::access(program.c_str(), X_OK) == 0) return program.string();
  }
  return "";
}

class Nginx : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string nginx = nginx_program();
    if (nginx.empty()) GTEST_SKIP() << "nginx is not installed here";
    const TlsIdentity identity = authority_.issue({});
    write_file_atomic(at("ca.pem"), authority_.pem());
    write_file_atomic(at("key.pem"), pem_of(*identity.key));
    write_file_atomic(at("certificate.pem"), pem_of(*identity.certificate));
    write_file_atomic(at("nginx.conf"), configuration());
    publish(std::string(kBytes, 'a'));
    server_ = ::fork();
    if (server_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);
      ::execl(nginx.c_str(), "nginx", "-p", folder_.path().c_str(), "-c", "nginx.conf", "-e",
              "error.log", nullptr);
      ::_exit(1);
    }
    wait_until_it_listens();
    options_.cache = folder_.path() / "cache";
    options_.retries = 0;
  }

  void TearDown() override {
    if (server_ <= 0) return;
    ::kill(server_, SIGTERM);
    ::waitpid(server_, nullptr, 0);
  }

  fs::path at(const char* name) const { return folder_.path() / name; }

  /// 4 MB a second, so that a fetch can be cut off; compresses whatever may be compressed.
  std::string configuration() const {
    return "daemon off; master_process off; pid nginx.pid;\nevents {}\nhttp {\n"
           "log_format short '$status $body_bytes_sent $http_range';\n"
           "access_log access.log short; client_body_temp_path tmp; proxy_temp_path tmp;\n"
           "fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;\n"
           "default_type text/plain; gzip on; gzip_proxied any; limit_rate 4m;\n"
           "server { root zoo; listen 127.0.0.1:" +
           std::to_string(plain_port_) + "; listen 127.0.0.1:" + std::to_string(secure_port_) +
           " ssl;\nssl_certificate certificate.pem; ssl_certificate_key key.pem; }\n}\n";
  }

  void publish(const std::string& body) const { write_file_atomic(at("zoo") / "a.pth", body); }

  void wait_until_it_listens() const {
    for (int i = 0; i < 500; ++i) {
      const int socket = loopback_socket(secure_port_, ::connect);
      if (socket >= 0) {
        ::close(socket);
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL() << "nginx does not listen: " << read_file(at("error.log"));
  }

  std::string url(const std::string& name) const {
    const bool secure = std::string(GetParam()) == "https";
    return std::string(GetParam()) +
           "://127.0.0.1:" + std::to_string(secure ? secure_port_ : plain_port_) + "/" + name;
  }

  /// Leaves the start of the file in the cache. Returns how much.
  std::uintmax_t cut_off(const std::string& name) {
    options_.limits.total = std::chrono::milliseconds(150);
    EXPECT_THROW(obtain(url(name), options_), Error);
    options_.limits.total = std::chrono::hours(1);
    for (const auto& entry : fs::directory_iterator(options_.cache / "partial")) {
      if (entry.path().extension() == ".part") return entry.file_size();
    }
    return 0;
  }

  /// What nginx says of the requests that it is done with: status, bytes, range.
  std::vector<std::string> requests() const {
    std::vector<std::string> lines;
    for (int i = 0; i < 500 && lines.size() < 2; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      lines.clear();
      std::istringstream log(read_file(at("access.log")));
      for (std::string line; std::getline(log, line);) lines.push_back(line);
    }
    return lines;
  }

  void pin(const std::string& body) {
    options_.lock = at("zoo.lock.json");
    add_to_lock_file(options_.lock, "a.pth",
                     {sha256_hex(body), body.size(), {}, Trust::kLocked, "2026-11-24T05:30:50Z"});
  }

  TemporaryFolder folder_;
  TestAuthority authority_;
  int plain_port_ = free_port();
  int secure_port_ = free_port();
  pid_t server_ = 0;
  StoreOptions options_;
  ScopedVariable direct_{"no_proxy", "127.0.0.1"};
  const std::string bundle_ = at("ca.pem").string();
  ScopedVariable trust_{"CURL_CA_BUNDLE", bundle_.c_str()};
};

INSTANTIATE_TEST_SUITE_P(Over, Nginx, testing::Values("http", "https"),
                         [](const auto& scheme) { return std::string(scheme.param); });

TEST_P(Nginx, SendsTheRestAfterACut) {
  const std::string body(kBytes, 'a');
  pin(body);
  const std::uintmax_t had = cut_off("a.pth");
  ASSERT_GT(had, 0U);
  ASSERT_LT(had, kBytes);
  EXPECT_EQ(read_file(obtain(url("a.pth"), options_).path), body);
  const auto lines = requests();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1],
            "206 " + std::to_string(kBytes - had) + " bytes=" + std::to_string(had) + "-");
}

TEST_P(Nginx, SendsAllOfAFileThatChangedMeanwhile) {
  const std::string later(kBytes + 1, 'b');
  pin(later);
  const std::uintmax_t had = cut_off("a.pth");
  ASSERT_GT(had, 0U);
  publish(later);
  EXPECT_EQ(read_file(obtain(url("a.pth"), options_).path), later);
  const auto lines = requests();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1], "200 " + std::to_string(kBytes + 1) + " bytes=" + std::to_string(had) + "-");
}

TEST_P(Nginx, WhatIsNotThereIsAnError) {
  try {
    obtain(url("gone.pth"), options_);
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.subject(), url("gone.pth"));
    EXPECT_THAT(error.detail(), StartsWith("expected the file, got: HTTP status 404"));
  }
}

}  // namespace
}  // namespace harness
