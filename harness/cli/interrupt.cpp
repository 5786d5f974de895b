#include "harness/cli/interrupt.h"

#include <csignal>

namespace harness {
namespace {

volatile std::sig_atomic_t noted = 0;

void note(int) {
  noted = 1;
}

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = note;
  // One shot: the second signal has its usual effect.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() noexcept {
  return noted != 0;
}

}  // namespace harness
