#include "harness/base/map_guard.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

namespace harness {
namespace {

/// A guarded range. The handler may read it while another thread changes it (a seqlock): `version`
/// is odd meanwhile, and a reader that finds it even and unchanged has read a consistent range.
struct Slot {
  std::atomic<std::uint64_t> version{0};
  std::atomic<std::uintptr_t> begin{0};
  std::atomic<std::uintptr_t> end{0};  ///< Of the last page; 0 when the slot is free.
  std::atomic<bool> hit{false};
};

std::array<Slot, MapGuard::kMaxGuards> slots;
std::mutex slots_mutex;
std::uintptr_t page_size;
struct sigaction previous_action;

static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "the handler must not wait");

/// Puts zeros where the file's bytes are gone: the faulting page and all after it. Only what a
/// signal handler may do: no lock, no memory of the heap, the system call itself.
bool replace_pages(std::uintptr_t address) {
  for (Slot& slot : slots) {
    const std::uint64_t version = slot.version.load();
    const std::uintptr_t begin = slot.begin.load();
    const std::uintptr_t end = slot.end.load();
    if (address < begin || address >= end || version % 2 != 0 || slot.version.load() != version) {
      continue;
    }
    slot.hit.store(true);
    const std::uintptr_t page = address & ~(page_size - 1);
    const long mapped = ::syscall(SYS_mmap, page, end - page, PROT_READ,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    return mapped == static_cast<long>(page);
  }
  return false;
}

void on_bus_error(int signal, siginfo_t* info, void* context) {
  const int kept_errno = errno;
  const bool is_ours = replace_pages(reinterpret_cast<std::uintptr_t>(info->si_addr));
  errno = kept_errno;
  if (is_ours) return;
  if ((previous_action.sa_flags & SA_SIGINFO) != 0) {
    previous_action.sa_sigaction(signal, info, context);
  } else if (previous_action.sa_handler != SIG_DFL && previous_action.sa_handler != SIG_IGN) {
    previous_action.sa_handler(signal);
  } else {
    // The instruction faults again, now with the default action.
    ::signal(signal, SIG_DFL);
  }
}

void install_handler() {
  page_size = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  struct sigaction action {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigemptyset(&action.sa_mask);
  if (::sigaction(SIGBUS, &action, &previous_action) != 0) {
    throw std::runtime_error("cannot install a handler of SIGBUS");
  }
}

void set_range(Slot& slot, std::uintptr_t begin, std::uintptr_t end) {
  slot.version.fetch_add(1);
  slot.begin.store(begin);
  slot.end.store(end);
  slot.hit.store(false);
  slot.version.fetch_add(1);
}

}  // namespace

MapGuard::MapGuard(std::span<const std::byte> mapped) : slot_(0) {
  static std::once_flag installed;
  std::call_once(installed, install_handler);
  const std::lock_guard lock(slots_mutex);
  while (slot_ < kMaxGuards && slots[slot_].end.load() != 0) ++slot_;
  if (slot_ == kMaxGuards) {
    throw std::length_error(
        fmt::format("expected at most {} files mapped at once, got more", kMaxGuards));
  }
  const auto begin = reinterpret_cast<std::uintptr_t>(mapped.data());
  const std::uintptr_t end = begin + mapped.size();
  set_range(slots[slot_], begin, (end + page_size - 1) & ~(page_size - 1));
}

MapGuard::~MapGuard() {
  const std::lock_guard lock(slots_mutex);
  set_range(slots[slot_], 0, 0);
}

bool MapGuard::was_hit() const noexcept {
  return slots[slot_].hit.load();
}

}  // namespace harness
