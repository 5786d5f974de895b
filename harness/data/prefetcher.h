#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "harness/base/error.h"

namespace harness {

struct PrefetcherOptions {
  std::size_t threads = 2;  ///< At least 1.
  std::size_t ahead = 4;    ///< The most items that are made and not yet taken; at least 1.
  std::function<void()> on_thread_start = {};  ///< Runs first in every thread; must not throw.
  /// Starts a thread, or throws std::system_error as std::thread does; empty: std::thread.
  std::function<std::thread(std::function<void()>)> start_thread = {};
};

/// Makes items 0 to count - 1 in threads, ahead of the consumer, and hands them out in order.
///
/// T: movable. `make` is called once for each index, from several threads at a time. An exception
/// from it is rethrown by the next() that would have returned the item; after that next() has no
/// more items. The destructor waits for the running calls of `make` and starts no further ones.
/// cancel() may be called from any thread.
template <class T>
class Prefetcher {
 public:
  /// Throws Error(kIo) when the system cannot start another thread; none is left running then.
  Prefetcher(std::size_t count, std::function<T(std::size_t)> make, PrefetcherOptions options = {})
      : count_(count),
        make_(std::move(make)),
        on_thread_start_(std::move(options.on_thread_start)),
        slots_(std::max<std::size_t>(options.ahead, 1)) {
    const auto threads =
        std::min({std::max<std::size_t>(options.threads, 1), slots_.size(), count});
    start(threads, options.start_thread);
  }

  ~Prefetcher() { join(); }
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// Starts no further call of `make`; next() has no more items, and a waiting next() returns.
  void cancel() noexcept {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

  /// Waits for the next item; empty after the last one.
  std::optional<T> next() {
    std::unique_lock lock(mutex_);
    if (taken_ == count_ || stopped_) return std::nullopt;
    Slot& slot = slots_[taken_ % slots_.size()];
    changed_.wait(lock, [this, &slot] {
      return stopped_ || slot.item.has_value() || slot.failure != nullptr;
    });
    if (stopped_) return std::nullopt;
    if (slot.failure != nullptr) {
      stopped_ = true;
      changed_.notify_all();
      std::rethrow_exception(slot.failure);
    }
    std::optional<T> item = std::move(slot.item);
    slot.item.reset();
    ++taken_;
    changed_.notify_all();
    return item;
  }

 private:
  struct Slot {
    std::optional<T> item;
    std::exception_ptr failure;
  };

  void start(std::size_t count,
             const std::function<std::thread(std::function<void()>)>& start_thread) {
    threads_.reserve(count);
    try {
      while (threads_.size() < count) {
        const auto body = [this] { run(); };
        threads_.push_back(start_thread ? start_thread(body) : std::thread(body));
      }
    } catch (const std::system_error& failure) {
      const auto started = threads_.size();
      // The destructor of an object whose constructor throws does not run.
      join();
      throw Error(ErrorCode::kIo, "loading ahead",
                  fmt::format("expected {} threads, could start {}: {}; ask for fewer threads or "
                              "raise the limit (ulimit -u)",
                              count, started, failure.what()));
    }
  }

  void join() noexcept {
    cancel();
    for (auto& thread : threads_) thread.join();
  }

  /// The index to make next, or count_ when there is none.
  std::size_t claim() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] {
      return stopped_ || started_ == count_ || started_ < taken_ + slots_.size();
    });
    return stopped_ || started_ == count_ ? count_ : started_++;
  }

  void run() {
    if (on_thread_start_) on_thread_start_();
    for (std::size_t index = claim(); index != count_; index = claim()) {
      Slot made;
      try {
        made.item.emplace(make_(index));
      } catch (...) {
        made.failure = std::current_exception();
      }
      const std::lock_guard lock(mutex_);
      slots_[index % slots_.size()] = std::move(made);
      changed_.notify_all();
    }
  }

  const std::size_t count_;
  const std::function<T(std::size_t)> make_;
  const std::function<void()> on_thread_start_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Slot> slots_;  // Item i waits in slot i modulo their number.
  std::size_t started_ = 0;
  std::size_t taken_ = 0;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace harness
