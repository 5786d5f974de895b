#include "harness/fetch/growing_file_hash.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

namespace harness {
namespace {

constexpr std::uintmax_t kStep = 1U << 20;  // To wake a thread for each small write is dear.
constexpr std::uintmax_t kWriteStep = 8U << 20;
constexpr std::size_t kBlock = 256U << 10;  // Fits into a core's own cache.

}  // namespace

GrowingFileHash::~GrowingFileHash() {
  {
    const std::lock_guard guard(mutex_);
    abandoned_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void GrowingFileHash::grown_to(std::uintmax_t size) {
  grown_ = size;
  if (grown_ - size_ <= kStep) return;
  publish();
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void GrowingFileHash::publish() {
  {
    const std::lock_guard guard(mutex_);
    size_ = grown_;
  }
  changed_.notify_all();
}

std::string GrowingFileHash::hex_digest() {
  {
    const std::lock_guard guard(mutex_);
    complete_ = true;
  }
  publish();
  if (thread_.joinable()) thread_.join();
  if (failure_) std::rethrow_exception(failure_);
  hash_up_to(size_);
  return hash_.hex_digest();
}

void GrowingFileHash::run() {
  try {
    std::unique_lock guard(mutex_);
    for (;;) {
      changed_.wait(guard, [this] { return abandoned_ || complete_ || size_ > hashed_; });
      if (abandoned_ || size_ == hashed_) return;
      // A block at a time, so that one who gives up does not wait for a whole file.
      const std::uintmax_t next = std::min(size_, hashed_ + kBlock);
      guard.unlock();
      hash_up_to(next);
      start_writing();
      guard.lock();
    }
  } catch (...) {
    failure_ = std::current_exception();
  }
}

void GrowingFileHash::start_writing() {
  if (hashed_ - written_ < kWriteStep) return;
  // Only a hint: what cannot be written says so at fsync.
  ::sync_file_range(descriptor_, static_cast<off_t>(written_),
                    static_cast<off_t>(hashed_ - written_), SYNC_FILE_RANGE_WRITE);
  written_ = hashed_;
}

void GrowingFileHash::hash_up_to(std::uintmax_t size) {
  std::vector<std::byte> block(kBlock);
  while (hashed_ < size) {
    const std::size_t wanted = std::min<std::uintmax_t>(block.size(), size - hashed_);
    const ssize_t count = ::pread(descriptor_, block.data(), wanted, static_cast<off_t>(hashed_));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      throw std::system_error(count < 0 ? errno : EIO, std::generic_category(), "cannot read");
    }
    hash_.update(std::span(block).first(static_cast<std::size_t>(count)));
    hashed_ += static_cast<std::uintmax_t>(count);
  }
}

}  // namespace harness
