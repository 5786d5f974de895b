#pragma once

#include <deque>
#include <string>

namespace harness {

/// The last lines that a program wrote, for the message about its end: at most 5 lines and 2000
/// bytes.
class LastLines {
 public:
  /// Skips an empty line and truncates a long one.
  void add(const std::string& line);

  /// "a | b", safe to print; "" when there was none.
  std::string text() const;

 private:
  std::deque<std::string> lines_;
};

}  // namespace harness
