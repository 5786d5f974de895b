#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <utility>

namespace harness {

/// Owns a file descriptor; the destructor closes it. Movable, not copyable.
class Descriptor {
 public:
  Descriptor() = default;
  /// Takes ownership of what a system call returned; -1 is none.
  explicit Descriptor(int value) noexcept : value_(value) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const noexcept { return value_; }
  bool is_open() const noexcept { return value_ >= 0; }
  void close() noexcept;

 private:
  int value_ = -1;
};

/// open(2), close-on-exec; a file that it creates is readable by all. Throws Error(kIo).
Descriptor open_file(const std::filesystem::path& path, int flags);

/// Writes all of `bytes`, retrying after partial writes. Returns false, with errno set, as soon as
/// the system refuses.
bool write_all(const Descriptor& file, std::span<const std::byte> bytes);

/// Reads up to `target.size()` bytes; returns 0 at the end, -1 with errno set on failure. A signal
/// does not interrupt it.
std::ptrdiff_t read_some(const Descriptor& file, std::span<std::byte> target);

}  // namespace harness
