#include "harness/evaluate/cpu_allocator.h"

#include <algorithm>
#include <list>
#include <mutex>
#include <unordered_map>

#include <sys/mman.h>

#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

namespace harness {
namespace {

/// The C library maps smaller blocks from memory that it keeps.
constexpr std::int64_t kLarge = 1 << 20;
constexpr std::int64_t kHugePage = 2 << 20;
/// What is kept even where tensors are small.
constexpr std::int64_t kAlwaysKept = 64 << 20;
/// What is held and kept together may exceed the most that was ever held by this part of it: sizes
/// that come one after the other rarely fit exactly.
constexpr std::int64_t kSpare = 8;

/// Released blocks by size, oldest first. Not thread-safe.
class ReleasedBlocks {
 public:
  std::int64_t bytes() const noexcept { return bytes_; }

  /// A block of exactly that size, or null.
  void* take(std::int64_t size) {
    const auto found = by_size_.find(size);
    if (found == by_size_.end()) return nullptr;
    const auto block = found->second;
    by_size_.erase(found);
    return remove(block);
  }

  void keep(void* data, std::int64_t size) {
    blocks_.push_back({data, size});
    by_size_.emplace(size, std::prev(blocks_.end()));
    bytes_ += size;
  }

  void free_oldest_beyond(std::int64_t limit) {
    while (bytes_ > limit) {
      const auto [begin, end] = by_size_.equal_range(blocks_.front().size);
      by_size_.erase(std::find_if(
          begin, end, [this](const auto& entry) { return entry.second == blocks_.begin(); }));
      c10::free_cpu(remove(blocks_.begin()));
    }
  }

 private:
  struct Block {
    void* data;
    std::int64_t size;
  };
  using Blocks = std::list<Block>;

  void* remove(Blocks::iterator block) {
    void* const data = block->data;
    bytes_ -= block->size;
    blocks_.erase(block);
    return data;
  }

  Blocks blocks_;
  std::unordered_multimap<std::int64_t, Blocks::iterator> by_size_;
  std::int64_t bytes_ = 0;
};

class CpuAllocator final : public c10::Allocator {
 public:
  /// The only one. Never destroyed: tensors may outlive every static object.
  static CpuAllocator& instance() {
    static auto* const allocator = [] {
      auto* added = new CpuAllocator;
      c10::SetCPUAllocator(added, /*priority=*/1);
      return added;
    }();
    return *allocator;
  }

  c10::DataPtr allocate(std::size_t bytes) override {
    void* const data = instance().obtain(static_cast<std::int64_t>(bytes));
    if (data != nullptr) c10::profiledCPUMemoryReporter().New(data, bytes);
    return {data, data, &release, c10::Device(c10::DeviceType::CPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &release; }

  void copy_data(void* target, const void* source, std::size_t count) const override {
    default_copy_data(target, source, count);
  }

  void reuse() {
    const std::lock_guard lock(mutex_);
    reuses_ = true;
  }
  void restart_peak() {
    const std::lock_guard lock(mutex_);
    memory_.peak = memory_.live;
  }
  CpuMemory memory() const {
    const std::lock_guard lock(mutex_);
    CpuMemory memory = memory_;
    memory.unused = released_.bytes();
    return memory;
  }

 private:
  CpuAllocator() = default;

  static void release(void* data) {
    if (data == nullptr) return;
    c10::profiledCPUMemoryReporter().Delete(data);
    instance().give_back(data);
  }

  void* obtain(std::int64_t bytes) {
    void* data = nullptr;
    {
      const std::lock_guard lock(mutex_);
      data = released_.take(bytes);
      if (data != nullptr) add(data, bytes);
    }
    if (data != nullptr) return data;
    make_room(bytes);
    data = c10::alloc_cpu(static_cast<std::size_t>(bytes));
    if (data == nullptr) return data;
    const std::lock_guard lock(mutex_);
    if (reuses_ && bytes >= kHugePage) advise_huge_pages(data, bytes);
    add(data, bytes);
    return data;
  }

  void give_back(void* data) {
    {
      const std::lock_guard lock(mutex_);
      // Memory from LibTorch's own allocator may be passed to this one for release.
      const auto found = sizes_.find(data);
      if (found != sizes_.end()) {
        const std::int64_t bytes = found->second;
        sizes_.erase(found);
        memory_.live -= bytes;
        if (reuses_ && bytes >= kLarge) {
          released_.keep(data, bytes);
          released_.free_oldest_beyond(most_kept(memory_.live));
          return;
        }
      }
    }
    c10::free_cpu(data);
  }

  /// Before memory is asked for: what is kept must not add to the peak.
  void make_room(std::int64_t bytes) {
    const std::lock_guard lock(mutex_);
    released_.free_oldest_beyond(most_kept(memory_.live + bytes));
  }

  std::int64_t most_kept(std::int64_t live) const {
    return std::max(kAlwaysKept, most_ + most_ / kSpare - live);
  }

  void add(void* data, std::int64_t bytes) {
    sizes_[data] = bytes;
    memory_.live += bytes;
    memory_.peak = std::max(memory_.peak, memory_.live);
    most_ = std::max(most_, memory_.live);
  }

  /// Only whole huge pages inside the block: what is around it may be anyone's.
  static void advise_huge_pages(void* data, std::int64_t bytes) {
    const auto page = static_cast<std::uintptr_t>(kHugePage);
    const auto begin = (reinterpret_cast<std::uintptr_t>(data) + page - 1) / page * page;
    const auto end =
        (reinterpret_cast<std::uintptr_t>(data) + static_cast<std::uintptr_t>(bytes)) / page * page;
    // A system that has none refuses, which changes nothing.
    if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
  }

  mutable std::mutex mutex_;
  std::unordered_map<void*, std::int64_t> sizes_;
  ReleasedBlocks released_;
  CpuMemory memory_;
  std::int64_t most_ = 0;  ///< Live bytes at most, never restarted.
  bool reuses_ = false;
};

}  // namespace

CpuMemory cpu_memory() {
  return CpuAllocator::instance().memory();
}

void restart_cpu_peak() {
  CpuAllocator::instance().restart_peak();
}

void reuse_cpu_memory() {
  CpuAllocator::instance().reuse();
}

}  // namespace harness
