#include "harness/cli/progress.h"

#include <unistd.h>

#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace harness {
namespace {

constexpr std::chrono::milliseconds kTerminalInterval{100};
constexpr std::chrono::seconds kPlainInterval{10};

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

std::string progress_line(const std::string& label, const std::string& unit, std::uint64_t done,
                          std::uint64_t total, double elapsed_s, std::uint64_t before) {
  std::string line =
      fmt::format("{}: {}{} {}", label, done, total > 0 ? fmt::format("/{}", total) : "", unit);
  if (elapsed_s <= 0 || done <= before) return line;
  const double rate = static_cast<double>(done - before) / elapsed_s;
  constexpr double kSlowest = 0.1;  // Shown with one digit.
  line += rate < kSlowest ? fmt::format(", {:.0f} s each", 1.0 / rate)
                          : fmt::format(", {:.1f} {}/s", rate, unit);
  if (total > done) {
    line += fmt::format(", {} left", clock_text(static_cast<double>(total - done) / rate));
  }
  return line;
}

std::string progress_note(const Json& event) {
  if (!event.contains("loss")) return "";
  const auto number = [&](const char* key) {
    const Json& value = event.value(key, Json());
    return value.is_number() ? value.get<double>() : std::nan("");
  };
  return fmt::format("loss {:.4f}, scale {:g}", number("loss"), number("scale"));
}

Progress::Progress(std::string label, std::string unit, bool quiet, std::FILE* stream)
    : label_(std::move(label)),
      unit_(std::move(unit)),
      quiet_(quiet),
      stream_(stream),
      terminal_(::isatty(::fileno(stream)) == 1),
      started_(Clock::now()),
      last_(started_) {}

Progress::~Progress() {
  finish();
}

void Progress::update(std::uint64_t done, std::uint64_t total, const std::string& note) {
  if (quiet_) return;
  // A job that continues from 300 of 600 reports 301 first.
  if (!std::exchange(begun_, true) && done > 1) before_ = done - 1;
  const auto now = Clock::now();
  const auto interval =
      terminal_ ? Clock::duration(kTerminalInterval) : Clock::duration(kPlainInterval);
  if (now - last_ < interval) return;
  last_ = now;
  const double elapsed = std::chrono::duration<double>(now - started_).count();
  std::string line = progress_line(label_, unit_, done, total, elapsed, before_);
  if (!note.empty()) line += ", " + note;
  std::fprintf(stream_, terminal_ ? "\r\x1b[K%s" : "%s\n", line.c_str());
  std::fflush(stream_);
  shown_ = true;
}

void Progress::finish() {
  if (terminal_ && std::exchange(shown_, false)) {
    std::fputs("\r\x1b[K", stream_);
    std::fflush(stream_);
  }
}

}  // namespace harness
