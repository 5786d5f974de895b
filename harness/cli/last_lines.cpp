#include "harness/cli/last_lines.h"

#include "harness/base/unicode.h"

namespace harness {
namespace {

constexpr std::size_t kMostLines = 5;
constexpr std::size_t kMostBytes = 2000;

}  // namespace

void LastLines::add(const std::string& line) {
  if (line.find_first_not_of(" \t\r") == std::string::npos) return;
  lines_.push_back(line.substr(0, kMostBytes / kMostLines));
  if (lines_.size() > kMostLines) lines_.pop_front();
}

std::string LastLines::text() const {
  std::string text;
  for (const auto& line : lines_) text += (text.empty() ? "" : " | ") + printable(line);
  return text;
}

}  // namespace harness
