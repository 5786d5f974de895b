#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "harness/base/error.h"

namespace harness {

/// What a fuzzer gives its target (https://llvm.org/docs/LibFuzzer.html).
inline std::string_view fuzzed_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}
inline std::span<const std::byte> fuzzed_bytes(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const std::byte*>(data), size};
}

/// Stops the fuzzer with a finding.
[[noreturn]] inline void report_finding(const char* broken, const std::string& actual) {
  std::fprintf(stderr, "finding: %s, got: %s\n", broken, actual.c_str());
  std::abort();
}

/// An error names its subject, says what was expected, and is safe to print: no control characters
/// that could steer a terminal, no text of a file's own length.
inline void check_error(const Error& error) {
  constexpr std::size_t kMaxDetail = 4096;
  if (error.subject().empty()) report_finding("expected an error with a subject", error.what());
  if (error.detail().find("expected") == std::string::npos) {
    report_finding("expected an error that says what was expected", error.what());
  }
  if (error.detail().size() > kMaxDetail) report_finding("expected a short error", error.what());
  for (const char c : error.detail()) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n') || byte == 0x7f) {
      report_finding("expected an error without control characters", error.what());
    }
  }
}

/// Runs one input through a reader. harness::Error is how a reader refuses; whatever else it
/// throws, a sanitizer's report and a limit of the fuzzer are findings.
template <typename Read>
int fuzz_reader(Read read) {
  try {
    read();
  } catch (const Error& error) {
    check_error(error);
  }
  return 0;
}

}  // namespace harness
