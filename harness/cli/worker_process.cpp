#include "harness/cli/worker_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "harness/base/error.h"

namespace harness {
namespace {

constexpr int kPollMs = 200;

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() {
    if (::pipe(ends.data()) != 0) {
      throw Error(ErrorCode::kWorkerFailed, "pipe", std::strerror(errno));
    }
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_end(int which) {
    int& end = ends.at(static_cast<std::size_t>(which));
    if (end >= 0) ::close(end);
    end = -1;
  }
};

[[noreturn]] void become(const std::filesystem::path& program,
                         const std::vector<std::string>& arguments, Pipe& input, Pipe& output,
                         pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // The parent died before prctl took effect.
  ::dup2(input.ends[0], STDIN_FILENO);
  ::dup2(output.ends[1], STDOUT_FILENO);
  for (Pipe* pipe : {&input, &output}) {
    pipe->close_end(0);
    pipe->close_end(1);
  }
  std::string name = program.string();
  std::vector<std::string> texts(arguments);
  std::vector<char*> argv{name.data()};
  for (auto& text : texts) argv.push_back(text.data());
  argv.push_back(nullptr);
  ::execv(name.c_str(), argv.data());
  std::fprintf(stderr, "%s: %s\n", name.c_str(), std::strerror(errno));
  ::_exit(127);
}

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;  // The worker is gone; its exit status tells why.
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

/// Gives complete lines to `on_event` and keeps the rest.
void deliver_lines(std::string& buffer, const std::function<void(const Json&)>& on_event) {
  for (auto end = buffer.find('\n'); end != std::string::npos; end = buffer.find('\n')) {
    const std::string line = buffer.substr(0, end);
    buffer.erase(0, end + 1);
    const Json event = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (event.is_object()) {
      on_event(event);
    } else {
      std::fprintf(stderr, "%s\n", line.c_str());
    }
  }
}

void listen(int descriptor, pid_t child, const std::function<void(const Json&)>& on_event,
            const std::function<bool()>& stop) {
  std::string buffer;
  std::array<char, 1 << 16> block{};
  for (;;) {
    if (stop()) ::kill(child, SIGKILL);
    pollfd ready{descriptor, POLLIN, 0};
    const int count = ::poll(&ready, 1, kPollMs);
    if (count <= 0) continue;
    const ssize_t got = ::read(descriptor, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    buffer.append(block.data(), static_cast<std::size_t>(got));
    deliver_lines(buffer, on_event);
  }
}

WorkerEnd end_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    std::string reason = "killed by signal " + std::to_string(signal);
    reason += std::string(" (") + ::strsignal(signal) + ")";
    if (signal == SIGKILL) reason += "; the system kills this way when memory runs out";
    return {false, reason};
  }
  if (WEXITSTATUS(status) == 0) return {true, ""};
  return {false, "exit code " + std::to_string(WEXITSTATUS(status))};
}

}  // namespace

WorkerEnd run_worker(const std::filesystem::path& program,
                     const std::vector<std::string>& arguments, const Json& input,
                     const std::function<void(const Json&)>& on_event,
                     const std::function<bool()>& stop) {
  if (::access(program.c_str(), X_OK) != 0) {
    throw Error(ErrorCode::kWorkerFailed, program.string(),
                "expected the worker beside halfproof, got: " + std::string(std::strerror(errno)) +
                    "; build or install both");
  }
  ::signal(SIGPIPE, SIG_IGN);
  Pipe to_child;
  Pipe from_child;
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw Error(ErrorCode::kWorkerFailed, program.string(), std::strerror(errno));
  if (child == 0) become(program, arguments, to_child, from_child, parent);
  to_child.close_end(0);
  from_child.close_end(1);
  write_all(to_child.ends[1], input.dump());
  to_child.close_end(1);
  listen(from_child.ends[0], child, on_event, stop);
  return end_of(child);
}

}  // namespace harness
