#pragma once

#include <deque>
#include <string>

namespace harness {

/// The last lines of what a program wrote, to say with how it ended: at most 5 lines and 2000
/// bytes.
class LastLines {
 public:
  /// An empty line is not kept, a long one loses its end.
  void add(const std::string& line);

  /// "a | b", harmless to print; "" when there was none.
  std::string text() const;

 private:
  std::deque<std::string> lines_;
};

}  // namespace harness
