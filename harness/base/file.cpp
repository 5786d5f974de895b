#include "harness/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "harness/base/error.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(const fs::path& path, std::string_view action) {
  const std::string reason = std::strerror(errno);
  throw Error(ErrorCode::kIo, path.string(), std::string(action) + ": " + reason);
}

/// A descriptor that is closed whatever happens.
class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags, mode_t mode = 0)
      : value_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {
    if (value_ < 0) fail(path, "cannot open");
  }
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }

 private:
  int value_;
};

std::size_t size_of_regular(const Descriptor& file, const fs::path& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail(path, "cannot stat");
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::kIo, path.string(), "expected a regular file, got a folder or a device");
  }
  return static_cast<std::size_t>(status.st_size);
}

void write_all(const Descriptor& file, const fs::path& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path, "cannot write");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

std::string read_file(const fs::path& path, std::size_t limit) {
  const Descriptor file(path, O_RDONLY);
  const std::size_t size = size_of_regular(file, path);
  if (size > limit) {
    throw Error(
        ErrorCode::kIo, path.string(),
        "expected at most " + std::to_string(limit) + " bytes, got " + std::to_string(size));
  }
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = ::read(file.get(), bytes.data() + done, size - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path, "cannot read");
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

void write_file_atomic(const fs::path& path, std::string_view bytes) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::error_code made;
  fs::create_directories(folder, made);
  if (made) throw Error(ErrorCode::kIo, folder.string(), "cannot create: " + made.message());
  const fs::path temporary = path.string() + ".tmp" + std::to_string(::getpid());
  try {
    const Descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    write_all(file, temporary, bytes);
    if (::fsync(file.get()) != 0) fail(temporary, "cannot fsync");
    if (::rename(temporary.c_str(), path.c_str()) != 0) fail(path, "cannot rename into place");
  } catch (const Error&) {
    ::unlink(temporary.c_str());
    throw;
  }
  const Descriptor parent(folder, O_RDONLY | O_DIRECTORY);
  ::fsync(parent.get());
}

MappedFile::MappedFile(const fs::path& path) {
  const Descriptor file(path, O_RDONLY);
  const std::size_t size = size_of_regular(file, path);
  if (size == 0) return;
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) fail(path, "cannot map");
  bytes_ = {static_cast<const std::byte*>(address), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "halfproof-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) fail(name, "cannot create");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace harness
