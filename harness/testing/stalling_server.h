#pragma once

#include <atomic>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "harness/testing/raw_server.h"

namespace harness {

/// For tests: sends the first who asks only the first `count` bytes of the body, says so to
/// wait_until_stalled(), and then keeps quiet until the other side is gone. Whoever asks afterwards
/// gets all that he asks for.
class StallingServer {
 public:
  StallingServer(std::string body, std::size_t count) : body_(std::move(body)), count_(count) {}

  /// Returns when those bytes are sent.
  void wait_until_stalled() { stalled_.get_future().wait(); }

  std::string url(const std::string& path) const { return server_.url(path); }
  std::vector<std::string> heads() const { return server_.heads(); }

 private:
  void answer(int socket, const std::string& head) {
    const std::string key = "Range: bytes=";
    const auto found = head.find(key);
    const std::size_t from = found == head.npos ? 0 : std::stoul(head.substr(found + key.size()));
    const std::string size = std::to_string(body_.size());
    std::string answer = from == 0 ? "HTTP/1.1 200 OK\r\n"
                                   : "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " +
                                         std::to_string(from) + "-" +
                                         std::to_string(body_.size() - 1) + "/" + size + "\r\n";
    answer += "ETag: \"v1\"\r\nContent-Length: " + std::to_string(body_.size() - from) + "\r\n\r\n";
    const bool first = first_.exchange(false);
    send_text(socket, answer + body_.substr(from, first ? count_ : std::string::npos));
    if (!first) return;
    stalled_.set_value();
    char byte = 0;
    while (::recv(socket, &byte, 1, 0) > 0) {
    }
  }

  const std::string body_;
  const std::size_t count_;
  std::promise<void> stalled_;
  std::atomic<bool> first_{true};
  RawServer server_{[this](int socket, const std::string& head) { answer(socket, head); }};
};

}  // namespace harness
