#include "harness/base/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "harness/base/error.h"

namespace harness {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    value_ = std::exchange(other.value_, -1);
  }
  return *this;
}

void Descriptor::close() noexcept {
  // Not again after EINTR: Linux has closed it by then.
  if (is_open()) ::close(std::exchange(value_, -1));
}

Descriptor open_file(const std::filesystem::path& path, int flags) {
  Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0644));
  if (!file.is_open()) fail_io(path.string(), "cannot open");
  return file;
}

bool write_all(const Descriptor& file, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

std::ptrdiff_t read_some(const Descriptor& file, std::span<std::byte> target) {
  for (;;) {
    const ssize_t count = ::read(file.get(), target.data(), target.size());
    if (count >= 0 || errno != EINTR) return count;
  }
}

}  // namespace harness
