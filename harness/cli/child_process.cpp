#include "harness/cli/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/system/passive_waiting.h"
#include "harness/cli/interrupt.h"

namespace harness {
namespace {

constexpr int kCannotStart = 127;

[[noreturn]] void fail(std::string_view subject, std::string_view action, int error) {
  throw Error(ErrorCode::kWorkerFailed, subject,
              fmt::format("{}: {}", action, std::strerror(error)));
}

/// Both ends of a pipe or of a pair of sockets.
struct Ends {
  Descriptor ours;
  Descriptor theirs;
};

/// The standard streams of this program may be closed. A descriptor that the child gets as its 0, 1
/// or 2 must not already have one of these numbers: dup2() to itself would leave it close-on-exec.
Descriptor beyond_standard(Descriptor end) {
  if (end.get() > STDERR_FILENO) return end;
  Descriptor moved(::fcntl(end.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!moved.is_open()) fail("pipe", "cannot move", errno);
  return moved;
}

/// A pipe that the child writes and we read.
Ends make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe", "cannot make", errno);
  Ends pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  return {beyond_standard(std::move(pipe.ours)), beyond_standard(std::move(pipe.theirs))};
}

/// The same, for output that is read only after poll() has announced it.
Ends make_polled_pipe() {
  Ends pipe = make_pipe();
  if (::fcntl(pipe.ours.get(), F_SETFL, O_NONBLOCK) != 0) fail("pipe", "cannot set up", errno);
  return pipe;
}

Ends make_socket_pair() {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    fail("socketpair", "cannot make", errno);
  }
  Ends pair{Descriptor(ends[0]), Descriptor(ends[1])};
  return {beyond_standard(std::move(pair.ours)), beyond_standard(std::move(pair.theirs))};
}

/// All that the child needs between fork and exec, prepared before the fork.
struct StartPlan {
  const char* program = nullptr;
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  pid_t parent = 0;
  int input = -1;
  int output = -1;
  int errors = -1;
  int failure = -1;  ///< Where errno goes when exec fails; exec itself closes it.
};

/// The child's side of the fork. Another thread of ours may have held any lock at that moment, so
/// nothing here may allocate, throw or use stdio: only what signal-safety(7) lists is allowed.
[[noreturn]] void become(const StartPlan& plan) noexcept {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent died before prctl took effect.
  if (::getppid() != plan.parent) ::_exit(kCannotStart);
  // exec resets the signals that we catch and passes on those that are ignored.
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  ::sigaction(SIGPIPE, &usual, nullptr);
  // dup2 gives descriptors that exec leaves open; all others of ours are close-on-exec.
  if (::dup2(plan.input, STDIN_FILENO) >= 0 && ::dup2(plan.output, STDOUT_FILENO) >= 0 &&
      ::dup2(plan.errors, STDERR_FILENO) >= 0) {
    ::execve(plan.program, plan.arguments, plan.environment);
  }
  const int error = errno;
  const ssize_t said = ::write(plan.failure, &error, sizeof error);
  ::_exit(said == static_cast<ssize_t>(sizeof error) ? kCannotStart : kCannotStart + 1);
}

/// Ours, and what makes threads that wait sleep.
std::vector<std::string> environment_of_child() {
  std::vector<std::string> variables;
  for (char** variable = ::environ; *variable != nullptr; ++variable) {
    variables.emplace_back(*variable);
  }
  for (const auto& [name, value] : passive_waiting()) {
    variables.push_back(fmt::format("{}={}", name, value));
  }
  return variables;
}

/// As exec wants them: null behind the last.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Waits for the exec: its errno if it failed, 0 if it succeeded and so closed the pipe.
int failure_of_start(const Descriptor& failure) {
  int error = 0;
  const auto got = read_some(failure, std::as_writable_bytes(std::span(&error, 1)));
  return got == static_cast<std::ptrdiff_t>(sizeof error) ? error : 0;
}

}  // namespace

ChildProcess::ChildProcess(const std::filesystem::path& program,
                           const std::vector<std::string>& arguments)
    : name_(program.string()) {
  Ends in = make_socket_pair();
  Ends out = make_polled_pipe();
  Ends err = make_polled_pipe();
  Ends failure = make_pipe();
  std::vector<std::string> texts(arguments);
  texts.insert(texts.begin(), name_);
  std::vector<std::string> variables = environment_of_child();
  const std::vector<char*> argv = pointers_to(texts);
  const std::vector<char*> environment = pointers_to(variables);
  const StartPlan plan{name_.c_str(),   argv.data(),      environment.data(), ::getpid(),
                       in.theirs.get(), out.theirs.get(), err.theirs.get(),   failure.theirs.get()};
  child_ = ::fork();
  if (child_ == 0) become(plan);
  if (child_ < 0) fail(name_, "cannot fork", errno);
  // The child does the same: whichever process is first, neither goes on without the group.
  ::setpgid(child_, child_);
  kill_on_abort(child_);
  // From here on only the child may hold its ends, or we would never see them closed.
  for (Ends* pair : {&in, &out, &err, &failure}) pair->theirs.close();
  input = std::move(in.ours);
  output = std::move(out.ours);
  errors = std::move(err.ours);
  if (const int error = failure_of_start(failure.ours); error != 0) {
    end_and_reap();
    fail(name_, "cannot start", error);
  }
}

ChildProcess::~ChildProcess() {
  end_and_reap();
}

void ChildProcess::send(int signal) const noexcept {
  if (!status_) ::kill(-child_, signal);
}

std::optional<int> ChildProcess::ended() {
  if (status_) return status_;
  siginfo_t info{};
  // WNOWAIT: as long as it is not reaped, its number cannot be reused and still names its group.
  while (::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
    if (errno != EINTR) fail(name_, "cannot wait for it", errno);
  }
  if (info.si_pid != 0) end_and_reap();
  return status_;
}

void ChildProcess::end_and_reap() noexcept {
  if (status_) return;
  send(SIGKILL);
  kill_on_abort(0);
  int status = 0;
  while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  status_ = status;
}

}  // namespace harness
