#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

#include "harness/base/sha256.h"

namespace harness {

/// SHA-256 of a file while it is written. Once there is more than a mebibyte, a thread of its own
/// reads what was written, so that whoever writes does not wait for the hash, and has it put on the
/// disk, so that fsync finds little to do.
class GrowingFileHash {
 public:
  /// The descriptor must be readable, and stay open as long as the object lives.
  explicit GrowingFileHash(int descriptor) : descriptor_(descriptor) {}
  ~GrowingFileHash();
  GrowingFileHash(const GrowingFileHash&) = delete;
  GrowingFileHash& operator=(const GrowingFileHash&) = delete;

  /// The first `size` bytes are there now.
  void grown_to(std::uintmax_t size);

  /// Of all bytes that are there. Throws std::system_error when they cannot be read. Further calls
  /// of anything are an error.
  std::string hex_digest();

 private:
  void publish();
  void run();
  void start_writing();
  void hash_up_to(std::uintmax_t size);

  int descriptor_;
  Sha256 hash_;
  std::uintmax_t hashed_ = 0;
  std::uintmax_t written_ = 0;  // Of those, on their way to the disk.
  std::uintmax_t grown_ = 0;    // What the writer knows; size_ is what the thread was told.
  std::mutex mutex_;            // For those below.
  std::condition_variable changed_;
  std::uintmax_t size_ = 0;
  bool complete_ = false;   // Nothing will be added: the thread ends when it has hashed all,
  bool abandoned_ = false;  // or at once.
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace harness
