#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace harness {

/// A socket on the loopback: bound to a free port, or connected to `port`.
inline int loopback_socket(int port, int (*join)(int, const sockaddr*, socklen_t)) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (join(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return descriptor;
  }
  ::close(descriptor);
  return -1;
}

inline int port_of(int descriptor) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

/// False when the other side is gone.
inline bool send_text(int socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// For tests: answers that no HTTP library would send. Each connection is one call of the handler
/// with the request's head; it is closed when the handler returns.
class RawServer {
 public:
  using Handler = std::function<void(int socket, const std::string& head)>;

  explicit RawServer(Handler handler) : handler_(std::move(handler)) {
    ::setenv("no_proxy", "127.0.0.1", 1);
    ::listen(listener_, 16);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~RawServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    for (std::thread& thread : threads_) thread.join();
    for (const int socket : sockets_) ::close(socket);
    ::close(listener_);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

  /// The requests so far.
  std::vector<std::string> heads() const {
    const std::lock_guard guard(mutex_);
    return heads_;
  }

 private:
  void accept_all() {
    for (int socket = 0; (socket = ::accept(listener_, nullptr, nullptr)) >= 0;) {
      sockets_.push_back(socket);
      threads_.emplace_back([this, socket] { serve(socket); });
    }
  }

  void serve(int socket) {
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n") && ::recv(socket, &byte, 1, 0) == 1) head += byte;
    {
      const std::lock_guard guard(mutex_);
      heads_.push_back(head);
    }
    handler_(socket, head);
    ::shutdown(socket, SHUT_RDWR);
  }

  Handler handler_;
  int listener_ = loopback_socket(0, ::bind);
  int port_ = port_of(listener_);
  std::thread acceptor_;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
};

/// Carries bytes both ways until one side is done.
inline void carry(int one, int other) {
  std::array<char, 16384> block{};
  std::array<pollfd, 2> ends{{{one, POLLIN, 0}, {other, POLLIN, 0}}};
  for (;;) {
    ::poll(ends.data(), ends.size(), -1);
    for (std::size_t i = 0; i < 2; ++i) {
      if (ends.at(i).revents == 0) continue;
      const ssize_t count = ::recv(ends.at(i).fd, block.data(), block.size(), 0);
      if (count <= 0) return;
      if (!send_text(ends.at(1 - i).fd, {block.data(), static_cast<std::size_t>(count)})) return;
    }
  }
}

/// What a proxy does with CONNECT: a tunnel, here to `port` whatever host is asked for.
inline RawServer::Handler tunnel_to(int port) {
  return [port](int socket, const std::string& head) {
    const int target = head.starts_with("CONNECT ") ? loopback_socket(port, ::connect) : -1;
    send_text(socket, target < 0 ? "HTTP/1.1 502 Bad Gateway\r\n\r\n" : "HTTP/1.1 200 OK\r\n\r\n");
    if (target < 0) return;
    carry(socket, target);
    ::close(target);
  };
}

}  // namespace harness
