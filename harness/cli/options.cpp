#include "harness/cli/options.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/output_file.h"
#include "harness/base/unicode.h"
#include "harness/cli/row_worker.h"

namespace harness {

namespace {

/// The number that all of `text` is.
template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::string expected(const std::string& numbers, const std::string& unit, const std::string& range,
                     const std::string& got) {
  return fmt::format("expected {}{}{}, {}, got {}", numbers, unit.empty() ? "" : " of ", unit,
                     range, got.empty() ? "nothing" : printable(got));
}

}  // namespace

CLI::Validator not_empty() {
  return {[](std::string& text) {
            return text.empty() ? std::string("expected a value, got an empty text")
                                : std::string();
          },
          ""};
}

CLI::Validator whole_number(const std::string& unit, std::int64_t least, std::int64_t most) {
  return {[=](std::string& text) {
            const auto value = parse_number<std::int64_t>(text);
            if (value && *value >= least && *value <= most) return std::string();
            return expected("a whole number", unit, fmt::format("{} to {}", least, most), text);
          },
          ""};
}

CLI::Validator any_number(const std::string& unit, double least, double most) {
  return {[=](std::string& text) {
            const auto value = parse_number<double>(text);
            if (value && std::isfinite(*value) && *value >= least && *value <= most) {
              return std::string();
            }
            const std::string range = std::isfinite(most) ? fmt::format("{} to {}", least, most)
                                                          : fmt::format("{} or more", least);
            return expected("a number", unit, range, text);
          },
          ""};
}

CLI::Validator file_in_a_folder() {
  return {[](std::string& text) {
            try {
              require_output_place(text);
            } catch (const Error& error) {
              return error.subject() + ": " + error.detail();
            }
            return std::string();
          },
          ""};
}

void add_json_flag(CLI::App& command, bool& json, const std::string& what) {
  command.add_flag("--json", json, what);
}

void add_timeout_option(CLI::App& command, std::int64_t& seconds) {
  add_value(
      command, "--timeout", seconds, "SECONDS",
      fmt::format("End a worker that makes no progress for so long; its results fail (default: {})",
                  kWorkerTimeoutSeconds))
      ->check(whole_number("seconds", 1));
}

void add_require_option(CLI::App& command, std::vector<std::string>& lacks) {
  add_list(command, "--require", lacks, "WHAT",
           "gpu, data, network, memory, worker: a skip for lack of it fails")
      ->check(CLI::IsMember({"gpu", "data", "network", "memory", "worker"}));
}

void add_footer(CLI::App& command, const std::string& example, const std::string& exit_codes) {
  command.footer(fmt::format("Example:\n  {}\nExit codes:\n  {}", example, exit_codes));
}

}  // namespace harness
