#pragma once

namespace harness {

/// From now on Ctrl-C and SIGTERM are noted instead of ending the program at once, so that what is
/// being written is written to its end. A second Ctrl-C ends it as usual.
void catch_interrupts();

/// Whether one came.
bool interrupted() noexcept;

}  // namespace harness
