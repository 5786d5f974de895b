#pragma once

#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace harness {

/// For tests: an HTTP server on this machine's loopback, with a free port, that notes what it is
/// asked. Handlers are set before start().
class LoopbackServer {
 public:
  LoopbackServer() : LoopbackServer(std::make_unique<httplib::Server>()) {}
  /// For one that speaks TLS.
  explicit LoopbackServer(std::unique_ptr<httplib::Server> server) : server_(std::move(server)) {
    // A proxy of the machine must not be asked for the loopback.
    ::setenv("no_proxy", "127.0.0.1", 1);
    server_->set_pre_routing_handler([this](const httplib::Request& request, httplib::Response&) {
      const std::lock_guard guard(mutex_);
      requests_.push_back(request);
      return httplib::Server::HandlerResponse::Unhandled;
    });
  }
  ~LoopbackServer() {
    server_->stop();
    if (thread_.joinable()) thread_.join();
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  void on(const std::string& path, httplib::Server::Handler handler) {
    server_->Get(path, std::move(handler));
  }

  void start() {
    server_->set_keep_alive_max_count(1);
    port_ = server_->bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    while (!server_->is_running()) std::this_thread::yield();
  }

  int port() const { return port_; }
  std::string url(const std::string& path, const std::string& scheme = "http") const {
    return scheme + "://127.0.0.1:" + std::to_string(port_) + path;
  }

  /// What was asked so far.
  std::vector<httplib::Request> requests() const {
    const std::lock_guard guard(mutex_);
    return requests_;
  }

 private:
  std::unique_ptr<httplib::Server> server_;
  std::thread thread_;
  mutable std::mutex mutex_;
  std::vector<httplib::Request> requests_;
  int port_ = 0;
};

/// A certificate for 127.0.0.1, valid for an hour, that nobody but itself vouches for.
class LoopbackCertificate {
 public:
  LoopbackCertificate() : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    X509_set_version(certificate_, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate_), 3600);
    X509_set_pubkey(certificate_, key_);
    X509_NAME* name = X509_get_subject_name(certificate_);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("loopback"), -1, -1, 0);
    X509_set_issuer_name(certificate_, name);
    X509_EXTENSION* names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(certificate_, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(certificate_, key_, EVP_sha256());
  }
  ~LoopbackCertificate() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }
  LoopbackCertificate(const LoopbackCertificate&) = delete;
  LoopbackCertificate& operator=(const LoopbackCertificate&) = delete;

  std::unique_ptr<httplib::Server> server() const {
    return std::make_unique<httplib::SSLServer>(certificate_, key_);
  }

  std::string pem() const {
    BIO* memory = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(memory, certificate_);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(memory, &bytes);
    const std::string text(bytes, static_cast<std::size_t>(size));
    BIO_free(memory);
    return text;
  }

 private:
  EVP_PKEY* key_;
  X509* certificate_;
};

/// Sends all of `body`, whatever range was asked for.
inline void send_whole(httplib::Response& response, const std::string& body) {
  response.status = 200;
  response.set_chunked_content_provider("application/octet-stream",
                                        [body](std::size_t, httplib::DataSink& sink) {
                                          sink.write(body.data(), body.size());
                                          sink.done();
                                          return true;
                                        });
}

/// Announces all of `body` and closes the connection after `count` bytes of it.
inline void send_cut(httplib::Response& response, const std::string& body, std::size_t count) {
  response.set_content_provider(
      body.size(), "application/octet-stream",
      [body, count](std::size_t offset, std::size_t, httplib::DataSink& sink) {
        if (offset >= count) return false;
        return sink.write(body.data() + offset, count - offset);
      });
}

}  // namespace harness
