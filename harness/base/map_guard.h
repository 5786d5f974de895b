#pragma once

#include <cstddef>
#include <span>

namespace harness {

/// Keeps a program alive that reads a mapped file whose end another process cuts off. The kernel
/// answers such a read with SIGBUS; while a guard covers the range, the pages that are gone read as
/// zeros instead, and was_hit() says so. A disk that cannot be read does the same.
///
/// The first guard installs the process's handler of SIGBUS; faults elsewhere go to the handler
/// that was there before. Threads may read guarded ranges at the same time.
class MapGuard {
 public:
  static constexpr std::size_t kMaxGuards = 256;

  /// mapped: whole pages from the first on, the last one may be cut; has to stay mapped as long as
  /// the guard lives. Throws std::length_error when kMaxGuards live already.
  explicit MapGuard(std::span<const std::byte> mapped);
  ~MapGuard();
  MapGuard(const MapGuard&) = delete;
  MapGuard& operator=(const MapGuard&) = delete;

  bool was_hit() const noexcept;

 private:
  std::size_t slot_;
};

}  // namespace harness
