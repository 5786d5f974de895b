#include "harness/cli/standard_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <initializer_list>

namespace harness {
namespace {
constexpr int kUsageExit = 2;
}  // namespace

void occupy_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest free number, which is this one.
    ::open("/dev/null", descriptor == STDOUT_FILENO ? O_RDONLY : O_WRONLY);
  }
}

int exit_code_of_output(int exit_code) {
  // An error of an earlier write is kept in the stream, without its reason.
  const bool was_lost = std::ferror(stdout) != 0;
  errno = 0;
  if (std::fflush(stdout) == 0 && !was_lost) return exit_code;
  const int reason = errno;
  std::fprintf(stderr,
               "halfproof: standard output: expected all that was printed to be written, it could "
               "not be%s%s; what is printed is incomplete\n",
               reason != 0 ? ": " : "", reason != 0 ? std::strerror(reason) : "");
  return kUsageExit;
}

}  // namespace harness
