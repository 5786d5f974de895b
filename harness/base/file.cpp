#include "harness/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "harness/base/atomic_file.h"
#include "harness/base/descriptor.h"
#include "harness/base/error.h"
#include "harness/base/map_guard.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

/// A regular file that is being read, and its status when that began.
class Source {
 public:
  explicit Source(const fs::path& path)
      : path_(path), file_(open_file(path, O_RDONLY)), first_(status()) {
    if (!S_ISREG(first_.st_mode)) {
      throw Error(ErrorCode::kIo, path.string(),
                  "expected a regular file, got a folder or a device");
    }
  }

  int descriptor() const { return file_.get(); }
  std::size_t size() const { return static_cast<std::size_t>(first_.st_size); }

  /// Bytes that were read; 0 at the end of the file.
  std::size_t read(std::span<std::byte> target) const {
    const std::ptrdiff_t count = read_some(file_, target);
    if (count < 0) fail_io(path_.string(), "cannot read");
    return static_cast<std::size_t>(count);
  }

  /// was_read: whether all bytes that were there in the beginning could be read.
  void check_unchanged(bool was_read) const {
    const struct stat now = status();
    if (was_read && now.st_size == first_.st_size && now.st_mtim.tv_sec == first_.st_mtim.tv_sec &&
        now.st_mtim.tv_nsec == first_.st_mtim.tv_nsec) {
      return;
    }
    throw Error(ErrorCode::kInvalidFile, path_.string(),
                fmt::format("expected a file that stays as it is while it is read, with {} bytes, "
                            "got one of now {} bytes that another program changes or that the "
                            "disk cannot read; try again when it is complete",
                            first_.st_size, now.st_size));
  }

 private:
  struct stat status() const {
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) fail_io(path_.string(), "cannot stat");
    return status;
  }

  fs::path path_;
  Descriptor file_;
  struct stat first_;
};

}  // namespace

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

std::string read_file(const fs::path& path, std::size_t limit) {
  const Source source(path);
  if (source.size() > limit) {
    throw Error(ErrorCode::kIo, path.string(),
                fmt::format("expected at most {} bytes, got {}", limit, source.size()));
  }
  std::string bytes(source.size(), '\0');
  const auto target = std::as_writable_bytes(std::span(bytes));
  std::size_t done = 0;
  for (std::size_t count = 1; count > 0 && done < bytes.size(); done += count) {
    count = source.read(target.subspan(done));
  }
  source.check_unchanged(done == bytes.size());
  return bytes;
}

void read_in_pieces(const fs::path& path,
                    const std::function<void(std::span<const std::byte>)>& take) {
  constexpr std::size_t kPiece = std::size_t{1} << 18;
  const Source source(path);
  ::posix_fadvise(source.descriptor(), 0, 0, POSIX_FADV_SEQUENTIAL);
  std::vector<std::byte> piece(kPiece);
  std::size_t done = 0;
  while (const std::size_t count = source.read(piece)) {
    take(std::span(piece).first(count));
    done += count;
  }
  source.check_unchanged(done == source.size());
}

void write_file_atomic(const fs::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

struct MappedFile::Mapping {
  explicit Mapping(const fs::path& path) : source(path) {
    if (source.size() == 0) return;
    void* address = ::mmap(nullptr, source.size(), PROT_READ, MAP_PRIVATE, source.descriptor(), 0);
    if (address == MAP_FAILED) fail_io(path.string(), "cannot map");
    bytes = {static_cast<const std::byte*>(address), source.size()};
    try {
      guard.emplace(bytes);
    } catch (const std::exception& failure) {
      unmap();
      throw Error(ErrorCode::kIo, path.string(), failure.what());
    }
  }
  ~Mapping() {
    // The guard goes first: once the range is unmapped, another mapping may take its place.
    guard.reset();
    unmap();
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  void unmap() const {
    if (!bytes.empty()) ::munmap(const_cast<std::byte*>(bytes.data()), bytes.size());
  }

  Source source;
  std::span<const std::byte> bytes;
  std::optional<MapGuard> guard;
};

MappedFile::MappedFile(const fs::path& path) : mapping_(std::make_unique<Mapping>(path)) {}
MappedFile::~MappedFile() = default;
MappedFile::MappedFile(MappedFile&&) noexcept = default;
MappedFile& MappedFile::operator=(MappedFile&&) noexcept = default;

std::span<const std::byte> MappedFile::bytes() const noexcept {
  return mapping_ ? mapping_->bytes : std::span<const std::byte>();
}

void MappedFile::check_unchanged() const {
  if (mapping_) mapping_->source.check_unchanged(!mapping_->guard || !mapping_->guard->was_hit());
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "halfproof-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) fail_io(name, "cannot create");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace harness
