#include "harness/cli/worker_process.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/number_text.h"
#include "harness/cli/child_process.h"
#include "harness/cli/last_lines.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kTick{200};      // How often stop() is polled.
constexpr milliseconds kClosedTick{5};  // After it has closed its outputs: it is about to end.
constexpr std::size_t kLongestMessage = std::size_t{16} << 20U;

/// Cuts a stream of bytes into lines.
class Lines {
 public:
  /// Passes each complete line to `take`, without its line feed. A line that does not end is cut at
  /// kLongestMessage, so that a broken worker cannot fill our memory.
  template <typename Take>
  void add(std::string_view bytes, const Take& take) {
    for (;;) {
      const auto end = bytes.find('\n');
      rest_.append(bytes.substr(0, end));
      if (end == std::string_view::npos && rest_.size() < kLongestMessage) return;
      give(take);
      if (end == std::string_view::npos) return;
      bytes.remove_prefix(end + 1);
    }
  }

  /// Passes on what follows the last line feed: a crashed worker's last words.
  template <typename Take>
  void finish(const Take& take) {
    if (!rest_.empty()) give(take);
  }

 private:
  template <typename Take>
  void give(const Take& take) {
    const std::string line = std::exchange(rest_, {});
    take(line);
  }

  std::string rest_;
};

/// One worker from its start to its end.
class Dialogue {
 public:
  Dialogue(const WorkerCommand& command, std::string input,
           const std::function<void(const Json&)>& on_event, const std::function<bool()>& stop)
      : command_(command),
        input_(std::move(input)),
        unsent_(input_),
        on_event_(on_event),
        stop_(stop),
        child_(command.program, command.arguments),
        heard_(command.limits.now()) {}

  WorkerEnd run() {
    std::optional<int> status;
    while (!(status = child_.ended())) {
      if (exchange()) heard_ = command_.limits.now();
      end_when_due();
    }
    // What it wrote just before it ended is still in the pipes.
    while (read_output() || read_errors()) {
    }
    output_lines_.finish([this](const std::string& line) { deliver(line); });
    error_lines_.finish([this](const std::string& line) { last_.add(line); });
    return end_of(*status);
  }

 private:
  /// Waits at most a tick until something can be read or written. True when the worker wrote.
  bool exchange() {
    std::array<pollfd, 3> ready{{{child_.output.get(), POLLIN, 0},
                                 {child_.errors.get(), POLLIN, 0},
                                 {child_.input.get(), POLLOUT, 0}}};
    const bool listening = child_.output.is_open() || child_.errors.is_open();
    const milliseconds tick = listening ? kTick : kClosedTick;
    // poll() ignores a negative descriptor, which is what a closed one is here.
    if (::poll(ready.data(), ready.size(), static_cast<int>(tick.count())) < 0) {
      if (errno == EINTR) return false;
      throw Error(ErrorCode::kWorkerFailed, command_.program.string(),
                  fmt::format("cannot wait for its output: {}", std::strerror(errno)));
    }
    if (ready[2].revents != 0) send_input();
    const bool said = ready[0].revents != 0 && read_output();
    return (ready[1].revents != 0 && read_errors()) || said;
  }

  /// Sends as much as there is room for: a blocking write could wait for a worker that waits for us
  /// to read. A worker that closes its input early explains that by how it ends.
  void send_input() {
    const ssize_t sent =
        ::send(child_.input.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EINTR || errno == EAGAIN)) return;
    unsent_.remove_prefix(sent < 0 ? unsent_.size() : static_cast<std::size_t>(sent));
    if (unsent_.empty()) child_.input.close();
  }

  bool read_output() {
    const std::string_view bytes = read(child_.output);
    output_lines_.add(bytes, [this](const std::string& line) { deliver(line); });
    return !bytes.empty();
  }

  bool read_errors() {
    const std::string_view bytes = read(child_.errors);
    std::fwrite(bytes.data(), 1, bytes.size(), stderr);
    error_lines_.add(bytes, [this](const std::string& line) { last_.add(line); });
    return !bytes.empty();
  }

  /// The bytes that are available now; none at the end, where the descriptor is closed.
  std::string_view read(Descriptor& file) {
    if (!file.is_open()) return {};
    const std::ptrdiff_t count = read_some(file, std::as_writable_bytes(std::span(block_)));
    if (count < 0 && errno == EAGAIN) return {};
    if (count <= 0) file.close();
    return {block_.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
  }

  void deliver(const std::string& line) {
    const Json event = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (event.is_object()) {
      on_event_(event);
      return;
    }
    std::fprintf(stderr, "%s\n", line.c_str());
    last_.add(line);
  }

  void end_when_due() {
    const auto now = command_.limits.now();
    const milliseconds silence = command_.limits.silence;
    if (asked_to_end_) {
      if (now - *asked_to_end_ >= command_.limits.grace) child_.send(SIGKILL);
      return;
    }
    timed_out_ = silence > milliseconds(0) && now - heard_ >= silence;
    if (!timed_out_ && !stop_()) return;
    child_.send(SIGTERM);
    asked_to_end_ = now;
  }

  WorkerEnd end_of(int status) const {
    WorkerEnd end{!timed_out_ && WIFEXITED(status) && WEXITSTATUS(status) == 0, "",
                  timed_out_ || WIFSIGNALED(status)};
    if (end.ok) return end;
    const std::string last = last_.text();
    end.reason = way_of_ending(status) + (last.empty() ? "" : "; it last said: " + last);
    return end;
  }

  std::string way_of_ending(int status) const {
    if (timed_out_) {
      const std::chrono::duration<double> silence = command_.limits.silence;
      return fmt::format("no progress for {} s; killed", short_text(silence.count()));
    }
    if (!WIFSIGNALED(status)) return fmt::format("exit code {}", WEXITSTATUS(status));
    const int signal = WTERMSIG(status);
    std::string reason = fmt::format("killed by signal {} ({})", signal, name_of(signal));
    if (signal == SIGKILL) reason += "; the system kills this way when memory runs out";
    return reason;
  }

  static std::string name_of(int signal) {
    const char* const name = ::sigabbrev_np(signal);
    return (name == nullptr ? "" : fmt::format("SIG{}, ", name)) + ::strsignal(signal);
  }

  const WorkerCommand& command_;
  const std::string input_;
  std::string_view unsent_;
  const std::function<void(const Json&)>& on_event_;
  const std::function<bool()>& stop_;
  std::array<char, 1 << 16> block_{};
  Lines output_lines_;
  Lines error_lines_;
  LastLines last_;
  bool timed_out_ = false;
  std::optional<Clock::time_point> asked_to_end_;
  // Last but one, so that it is destroyed, and the worker reaped, before the buffers above. It owns
  // all three descriptors.
  ChildProcess child_;
  Clock::time_point heard_;
};

}  // namespace

WorkerEnd run_worker(const WorkerCommand& command, const std::function<void(const Json&)>& on_event,
                     const std::function<bool()>& stop) {
  // Before the fork: dump() allocates, and would throw on a path that is not UTF-8 without
  // `replace`.
  std::string input = command.input.dump(-1, ' ', false, Json::error_handler_t::replace);
  return Dialogue(command, std::move(input), on_event, stop).run();
}

}  // namespace harness
