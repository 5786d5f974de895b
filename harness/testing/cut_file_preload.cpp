// For changed_file_test.cpp: a process that is started with this library in LD_PRELOAD finds each
// file whose name ends in the text of HALFPROOF_CUT cut to 4096 bytes right after it was mapped.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" void* mmap(void* address, std::size_t size, int protection, int flags, int file,
                      off_t offset) noexcept {
  const long mapped = ::syscall(SYS_mmap, address, size, protection, flags, file, offset);
  const char* const cut = std::getenv("HALFPROOF_CUT");
  if (mapped == -1) return MAP_FAILED;
  if (file < 0 || cut == nullptr) return reinterpret_cast<void*>(mapped);
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  const ssize_t length = ::readlink(link.c_str(), path.data(), path.size() - 1);
  if (length > 0 && std::string_view(path.data()).ends_with(cut)) {
    static_cast<void>(::truncate(path.data(), 4096) == 0);
  }
  return reinterpret_cast<void*>(mapped);
}
extern "C" void* mmap64(void* address, std::size_t size, int protection, int flags, int file,
                        off_t offset) noexcept {
  return mmap(address, size, protection, flags, file, offset);
}
