#include "harness/cli/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <string_view>

namespace harness {
namespace {

constexpr std::string_view kFinishing =
    "halfproof: finishing what can be resumed; press Ctrl-C again to abort\n";

// The state that the handler reads.
std::atomic<bool> noted{false};
std::atomic<pid_t> group_to_kill{0};
std::atomic<bool> on_terminal{false};
static_assert(std::atomic<pid_t>::is_always_lock_free, "the handler must not wait");

void say(std::string_view text) {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

/// Only what a signal handler may do (signal-safety(7)).
void on_signal(int signal) {
  const int kept_errno = errno;
  if (!noted.exchange(true)) {
    // The cursor is behind "^C", and perhaps behind a line of progress.
    if (on_terminal.load()) say("\n");
    say(kFinishing);
    errno = kept_errno;
    return;
  }
  if (const pid_t group = group_to_kill.load(); group > 0) ::kill(-group, SIGKILL);
  ::signal(signal, SIG_DFL);
  ::raise(signal);  // Arrives as soon as the handler has returned.
  errno = kept_errno;
}

}  // namespace

void catch_interrupts() {
  on_terminal = ::isatty(STDERR_FILENO) == 1;
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() noexcept {
  return noted.load();
}

void kill_on_abort(pid_t group) noexcept {
  group_to_kill.store(group);
}

}  // namespace harness
