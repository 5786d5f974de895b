#include "harness/fetch/cache.h"

#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

#include "harness/base/atomic_file.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/fetch/leftovers.h"
#include "harness/fetch/lock_file.h"
#include "harness/fetch/part_file.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

void make_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) {
    throw Error(ErrorCode::kIo, folder.string(),
                "cannot create: " + failed.message() +
                    "; the cache must be writable to take new files: set XDG_CACHE_HOME");
  }
}

std::vector<fs::path> files_in(const fs::path& folder, const std::string& preferred) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (!entry->is_regular_file(failed)) continue;
    const bool first = entry->path().filename() == preferred;
    files.insert(first ? files.begin() : files.end(), entry->path());
  }
  return files;
}

/// The note saves a download and is not worth losing one.
void note(const fs::path& path, const std::string& digest) {
  try {
    write_file_atomic(path, digest);
  } catch (const Error&) {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
}

/// A file that cannot be read is no hit; the download that follows says what is wrong.
std::string digest_or_nothing(const fs::path& file) {
  try {
    return sha256_file(file);
  } catch (const Error&) {
    return "";
  }
}

FileLock wait_for_lock(const fs::path& path, const Interrupted& interrupted) {
  constexpr std::chrono::milliseconds kNap{100};
  if (!interrupted) return FileLock::on_file(path);
  // A signal that comes just before flock(2) begins to wait would not end the wait.
  for (;;) {
    if (auto lock = FileLock::try_on_file(path)) return std::move(*lock);
    if (interrupted()) {
      throw Error(ErrorCode::kInterrupted, path.string(),
                  "expected its turn, got an interrupt while another process downloads the file");
    }
    std::this_thread::sleep_for(kNap);
  }
}

}  // namespace

fs::path default_cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  // The XDG specification says that a relative path is to be ignored.
  if (cache != nullptr && *cache == '/') return fs::path(cache) / "halfproof" / "files";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') return fs::path(home) / ".cache" / "halfproof" / "files";
  throw Error(ErrorCode::kIo, "cache",
              "expected XDG_CACHE_HOME or HOME to say where the cache is, got neither");
}

fs::path Cache::folder_of(const std::string& sha256) const {
  return root_ / sha256.substr(0, 2) / sha256;
}

std::optional<fs::path> Cache::find(const std::string& sha256, const std::string& name) const {
  if (!is_sha256(sha256)) return std::nullopt;
  for (const fs::path& file : files_in(folder_of(sha256), name)) {
    if (digest_or_nothing(file) == sha256) return file;
  }
  return std::nullopt;
}

std::string Cache::digest_of_url(const std::string& key) const {
  constexpr std::size_t kDigestLength = 64;
  try {
    const std::string digest = read_file(root_ / "urls" / key, kDigestLength);
    return is_sha256(digest) ? digest : "";
  } catch (const Error&) {
    return "";
  }
}

FileLock Cache::claim(const std::string& key, const Interrupted& interrupted) const {
  make_folder(root_ / "partial");
  FileLock lock = wait_for_lock(root_ / "partial" / (key + ".lock"), interrupted);
  remove_leftovers(notes_of_part(part_of(key)));
  remove_leftovers(root_ / "urls" / key);
  return lock;
}

fs::path Cache::part_of(const std::string& key) const {
  return root_ / "partial" / (key + ".part");
}

fs::path Cache::adopt(const std::string& key, const std::string& sha256,
                      const std::string& name) const {
  const fs::path folder = folder_of(sha256);
  make_folder(folder);
  // First, so that a process that is killed between the two leaves nothing to be fetched again.
  note(root_ / "urls" / key, sha256);
  std::error_code failed;
  fs::rename(part_of(key), folder / name, failed);
  if (failed) {
    throw Error(ErrorCode::kIo, (folder / name).string(),
                "cannot rename into place: " + failed.message());
  }
  sync_folder(folder);
  remove_part(part_of(key));
  return folder / name;
}

}  // namespace harness
