// Processes that are killed while they fetch.
#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/fetch/store.h"
#include "harness/testing/raw_server.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using std::chrono::microseconds;

constexpr std::size_t kBytes = 1U << 20;
constexpr int kMoments = 100;
constexpr unsigned kSeed = 20201124;
constexpr microseconds kLongestGrace{3000};  // The rest of a fetch takes about as long.

std::string random_body() {
  std::mt19937_64 engine(0);
  std::string body(kBytes, '\0');
  for (char& byte : body) byte = static_cast<char>(engine());
  return body;
}

std::string head_of_request(int socket) {
  std::string head;
  char byte = 0;
  while (!head.ends_with("\r\n\r\n") && ::recv(socket, &byte, 1, 0) == 1) head += byte;
  return head;
}

/// Sends the body from the offset that was asked for. Returns how much was sent.
std::size_t send_body(int socket, const std::string& head, const std::string& body) {
  const std::string key = "Range: bytes=";
  const auto found = head.find(key);
  const std::size_t from = found == head.npos ? 0 : std::stoul(head.substr(found + key.size()));
  std::string answer = from == 0 ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 206 Partial Content\r\n";
  if (from > 0) {
    answer += "Content-Range: bytes " + std::to_string(from) + "-" + std::to_string(kBytes - 1) +
              "/" + std::to_string(kBytes) + "\r\n";
  }
  answer += "ETag: \"v1\"\r\nContent-Length: " + std::to_string(kBytes - from) + "\r\n\r\n";
  const bool whole = send_text(socket, answer) && send_text(socket, body.substr(from));
  return whole ? kBytes - from : 0;
}

/// One connection after the other, so that a count covers all that was asked before it.
[[noreturn]] void serve(int listener, const std::string& body) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::size_t sent = 0;
  for (;;) {
    const int socket = ::accept(listener, nullptr, nullptr);
    const std::string head = head_of_request(socket);
    if (head.starts_with("GET /count ")) {
      send_text(socket, std::to_string(std::exchange(sent, 0)));
    } else if (head.starts_with("GET /")) {
      sent += send_body(socket, head, body);
    }
    ::close(socket);
  }
}

class KilledFetch : public testing::Test {
 protected:
  KilledFetch() {
    ::listen(listener_, 16);
    server_ = ::fork();
    if (server_ == 0) serve(listener_, body_);
    ::setenv("no_proxy", "127.0.0.1", 1);
  }
  ~KilledFetch() override {
    ::kill(server_, SIGKILL);
    ::waitpid(server_, nullptr, 0);
    ::close(listener_);
  }

  /// How many bytes of the file were sent since it was asked for last.
  std::size_t sent() const {
    const int socket = loopback_socket(port_of(listener_), ::connect);
    send_text(socket, "GET /count HTTP/1.1\r\n\r\n");
    std::string text;
    char byte = 0;
    while (::recv(socket, &byte, 1, 0) == 1) text += byte;
    ::close(socket);
    return text.empty() ? kBytes * 2 : std::stoul(text);
  }

  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(port_of(listener_)) + "/" + name_;
  }

  /// A fetch that is killed. Once it has `held` bytes it says so; before the end of the file it
  /// then waits to be killed, at the end it goes on and has `grace` left.
  void fetch_and_kill(StoreOptions options, std::size_t held, microseconds grace) const {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      options.progress = [&](std::uintmax_t done, std::uintmax_t) {
        if (done < held) return;
        [[maybe_unused]] const ssize_t said = ::write(pipe[1], "", 1);
        while (done < kBytes) ::pause();
      };
      try {
        obtain(url(), options);
      } catch (const std::exception&) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    ::close(pipe[1]);
    char byte = 0;
    EXPECT_EQ(::read(pipe[0], &byte, 1), 1) << "it has ended before it had " << held << " bytes";
    ::close(pipe[0]);
    if (held == kBytes) std::this_thread::sleep_for(grace);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }

  /// How much of the file the cache holds.
  std::size_t at_hand(const fs::path& cache) const {
    std::size_t bytes = 0;
    if (!fs::exists(cache)) return 0;
    for (const auto& entry : fs::recursive_directory_iterator(cache)) {
      const bool noted = fs::exists(entry.path().string() + ".json");
      const bool part = entry.path().extension() == ".part" && noted;
      if (part || entry.path().filename() == name_) bytes = std::max(bytes, entry.file_size());
    }
    return bytes;
  }

  const std::string body_ = random_body();
  const std::string name_ = "fcn-" + sha256_hex(body_).substr(0, 8) + ".pth";
  int listener_ = loopback_socket(0, ::bind);
  pid_t server_ = 0;
};

std::vector<std::string> leftovers(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name.ends_with(".part") || name.starts_with("zoo.lock.json.tmp")) names.push_back(name);
  }
  return names;
}

TEST_F(KilledFetch, AtAnyMomentTheNextCallFetchesOnlyWhatIsMissing) {
  std::mt19937 engine(kSeed);
  int with_a_part = 0;
  for (int i = 0; i < kMoments; ++i) {
    const TemporaryFolder folder;
    StoreOptions options;
    options.cache = folder.path() / "cache";
    if (i % 2 == 0) options.lock = folder.path() / "zoo.lock.json";
    // Half of them end amid the bytes, half while the whole file is put into its place.
    const bool amid = i % 4 < 2;
    const std::size_t held = amid ? 1 + engine() % (kBytes - 1) : kBytes;
    const microseconds grace(engine() % kLongestGrace.count());
    SCOPED_TRACE("killed at " + std::to_string(held) + " bytes, then " +
                 std::to_string(grace.count()) + " us");
    fetch_and_kill(options, held, grace);
    const std::size_t had = at_hand(options.cache);
    EXPECT_GE(had, held);
    if (had < kBytes) ++with_a_part;
    sent();
    const StoredFile stored = obtain(url(), options);
    EXPECT_EQ(sent(), kBytes - had);
    EXPECT_TRUE(read_file(stored.path) == body_);
    EXPECT_EQ(stored.path.filename(), name_);
    EXPECT_THAT(leftovers(folder.path()), testing::IsEmpty());
    EXPECT_EQ(read_lock_file(options.lock).size(), i % 2 == 0 ? 1U : 0U);
  }
  EXPECT_GT(with_a_part, kMoments / 4);
}

}  // namespace
}  // namespace harness
