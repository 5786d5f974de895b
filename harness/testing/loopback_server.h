#pragma once

#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <httplib.h>

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

/// Obeys If-Range, which cpp-httplib does not know: where the file is another one by now, the
/// answer is all of it.
inline httplib::Server::HandlerResponse obey_if_range(const httplib::Request& request,
                                                      const std::string& entity_tag) {
  if (request.has_header("If-Range") && request.get_header_value("If-Range") != entity_tag) {
    const_cast<httplib::Request&>(request).ranges.clear();
  }
  return httplib::Server::HandlerResponse::Unhandled;
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
