#pragma once

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>

#include "harness/fetch/transport.h"

namespace harness {

/// For tests: keeps what a transport brings.
class MemorySink : public BodySink {
 public:
  void begin(const ResponseHead& response) override {
    head = response;
    ++begun;
  }
  void write(std::span<const std::byte> bytes) override {
    if (throws) throw std::runtime_error("sink is full");
    body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  ResponseHead head;
  int begun = 0;
  std::string body;
  bool throws = false;
};

/// For tests: an environment variable that is what it was when the object goes. nullptr: unset.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  ~ScopedVariable() { set(before_ ? before_->c_str() : nullptr); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  void set(const char* value) const {
    if (value == nullptr) {
      ::unsetenv(name_);
    } else {
      ::setenv(name_, value, 1);
    }
  }
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace harness
