#include "harness/base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kGathered = std::size_t{64} << 10;
std::atomic<unsigned> next_number{0};

/// ".tmp" and digits: what remove_leftovers() takes for ours.
std::string temporary_suffix() {
  return fmt::format(".tmp{}{}", ::getpid(), next_number.fetch_add(1));
}

}  // namespace

bool sync_folder(const fs::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.is_open()) ::fsync(opened.get());  // Some file systems cannot do that to a folder.
  return opened.is_open();
}

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)) {
  const fs::path folder = folder_of(path_);
  std::error_code made;
  fs::create_directories(folder, made);
  if (made) throw Error(ErrorCode::kIo, folder.string(), "cannot create: " + made.message());
  // No mkstemp: its files are readable by their owner only.
  do {
    temporary_ = path_.string() + temporary_suffix();
    file_ = Descriptor(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  } while (!file_.is_open() && errno == EEXIST);
  if (!file_.is_open()) fail_io(path_.string(), "cannot create a temporary file beside it");
}

AtomicFile::~AtomicFile() {
  if (file_.is_open()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  size_ += bytes.size();
  if (waiting_.size() + bytes.size() > kGathered) flush();
  if (bytes.size() >= kGathered) {
    write_through(bytes);
  } else if (!bytes.empty()) {
    waiting_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
}

void AtomicFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text)));
}

void AtomicFile::flush() {
  write_through(std::as_bytes(std::span(std::as_const(waiting_))));
  waiting_.clear();
}

void AtomicFile::write_through(std::span<const std::byte> bytes) {
  if (!write_all(file_, bytes)) fail_io(path_.string(), "cannot write");
}

void AtomicFile::rename_to(const std::string& file_name) {
  path_ = path_.parent_path() / file_name;
}

void AtomicFile::sync() {
  flush();
  if (::fsync(file_.get()) != 0) fail_io(path_.string(), "cannot fsync");
}

void AtomicFile::commit(ExistingFile existing) {
  sync();
  // link() refuses an existing name, rename() replaces it; both are atomic.
  const bool placed = existing == ExistingFile::kRefuse
                          ? ::link(temporary_.c_str(), path_.c_str()) == 0
                          : ::rename(temporary_.c_str(), path_.c_str()) == 0;
  if (!placed && errno == EEXIST) {
    throw Error(ErrorCode::kIo, path_.string(),
                "expected no file of that name, there is one; remove it or choose another name");
  }
  if (!placed) fail_io(path_.string(), "cannot put the file into place");
  if (existing == ExistingFile::kRefuse) ::unlink(temporary_.c_str());
  file_.close();
  const fs::path folder = folder_of(path_);
  if (!sync_folder(folder)) fail_io(folder.string(), "cannot open");
}

}  // namespace harness
