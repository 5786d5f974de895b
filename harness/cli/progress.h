#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include "harness/base/json.h"

namespace harness {

/// Shows the progress of long work. On a terminal, one line that is rewritten, with a rate and the
/// time left; elsewhere, a plain line now and then, so that a log stays short.
class Progress {
 public:
  /// label: what is being done. unit: what `done` counts ("images", "MB").
  /// quiet: shows nothing (for --json). stream: stderr, so that stdout stays for results.
  Progress(std::string label, std::string unit, bool quiet, std::FILE* stream = stderr);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// total 0: not known. note: is appended ("loss 1.2"). Calls in quick succession cost nothing.
  /// The rate counts from the first call on: resumed work does not count what was done before.
  void update(std::uint64_t done, std::uint64_t total, const std::string& note = "");

  /// Removes the line from a terminal; called by the destructor too.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  std::string label_;
  std::string unit_;
  bool quiet_;
  std::FILE* stream_;
  bool terminal_;
  bool shown_ = false;
  bool begun_ = false;
  std::uint64_t before_ = 0;  // Done by an earlier process.
  Clock::time_point started_;
  Clock::time_point last_;
};

/// "fcn: 7/16 images, 21.3 images/s, 0:12 left", "fcn: 1/2 steps, 71 s each, 1:11 left"; without a
/// total or a rate those parts are left out.
///
/// before: the part of `done` that was already there when the clock started.
std::string progress_line(const std::string& label, const std::string& unit, std::uint64_t done,
                          std::uint64_t total, double elapsed_s, std::uint64_t before = 0);

/// "loss 1.2340, scale 512" from a worker's event, "nan" for a value that is not a number; "" for
/// an event without a loss.
std::string progress_note(const Json& event);

}  // namespace harness
