#pragma once

#include <cstddef>
#include <span>

namespace harness {

/// Keeps a program alive that reads a mapped file while another process truncates it. The kernel
/// answers such a read with SIGBUS; while a guard covers the range, the lost pages read as zeros
/// instead, and was_hit() reports it. The same happens when the disk cannot be read.
///
/// The first guard installs the process's handler of SIGBUS; faults elsewhere go to the handler
/// that was there before. Threads may read guarded ranges at the same time.
class MapGuard {
 public:
  static constexpr std::size_t kMaxGuards = 256;

  /// mapped: must begin at a page boundary and stay mapped as long as the guard lives; the last
  /// page may be partial. Throws std::length_error when kMaxGuards guards exist already.
  explicit MapGuard(std::span<const std::byte> mapped);
  ~MapGuard();
  MapGuard(const MapGuard&) = delete;
  MapGuard& operator=(const MapGuard&) = delete;

  bool was_hit() const noexcept;

 private:
  std::size_t slot_;
};

}  // namespace harness
