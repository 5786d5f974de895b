#pragma once

#include <poll.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "harness/base/descriptor.h"

namespace harness {

/// For tests: a pipe that every process inherits that is started while the object lives (it is not
/// close-on-exec), so that its end tells when the last of them is gone.
class SignOfLife {
 public:
  SignOfLife() {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error("cannot make a pipe");
    read_ = Descriptor(ends[0]);
    held_ = Descriptor(ends[1]);
  }

  /// Whether all of them end within half a minute.
  bool ends() {
    held_.close();
    pollfd ready{read_.get(), POLLIN, 0};
    return ::poll(&ready, 1, 30000) == 1;
  }

 private:
  Descriptor read_;
  Descriptor held_;
};

}  // namespace harness
