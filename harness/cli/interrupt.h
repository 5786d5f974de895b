#pragma once

namespace harness {

/// What a shell reports for a program that Ctrl-C ended.
inline constexpr int kInterruptedExit = 130;

/// From now on Ctrl-C and SIGTERM are noted instead of ending the program at once, so that what is
/// being written is written to its end. A second Ctrl-C ends it as usual.
void catch_interrupts();

/// Whether one came.
bool interrupted() noexcept;

}  // namespace harness
