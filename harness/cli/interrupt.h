#pragma once

#include <sys/types.h>

namespace harness {

/// What a shell reports for a program that Ctrl-C ended.
inline constexpr int kInterruptedExit = 130;

/// From now on the first Ctrl-C (or SIGTERM) is noted instead of ending the program at once, so
/// that files being written are completed; a message on standard error says so. The second one ends
/// the program as usual.
void catch_interrupts();

/// Whether the first one has arrived.
bool interrupted() noexcept;

/// The process group that a second Ctrl-C kills before it ends the program; 0: none. There is one
/// at a time.
void kill_on_abort(pid_t group) noexcept;

}  // namespace harness
