#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "harness/fetch/cache.h"      // default_cache_folder
#include "harness/fetch/lock_file.h"  // Trust
#include "harness/fetch/transport.h"

namespace harness {

/// A published file that is at hand.
struct StoredFile {
  std::filesystem::path path;
  std::string name;           ///< The last part of the URL or path.
  std::string url;            ///< Where it came from; no user, password or query. A path as given.
  std::string sha256;         ///< Of the bytes at `path`: 64 hex digits.
  std::string locked_sha256;  ///< What the lock file said before this call; "" if nothing.
  std::uintmax_t size = 0;
  /// What the bytes were compared with. From a URL they agree with it. A local path is judged by
  /// its reader: by check_locked(), and by hash_in_name(name) (base/hash_in_name.h).
  Trust trust = Trust::kFirstUse;
  std::string warning;  ///< Not empty: what went wrong without standing in the way, as a lock file
                        ///< that could not be written or a mirror that had to step in.
};

struct StoreOptions {
  std::filesystem::path cache;  ///< Bytes by digest; default_cache_folder() unless told.
  std::filesystem::path lock;   ///< Lock file to read and to extend; docs/formats.md. "" for none.
  bool extends_lock = true;     ///< false: the lock file is only read.
  bool offline = false;         ///< Never touch the network: what is missing is an Error.
  std::uintmax_t max_bytes = std::uintmax_t{8} << 30;
  /// Called while bytes arrive: done, total (0 when unknown).
  std::function<void(std::uintmax_t, std::uintmax_t)> progress;
  TransferLimits limits;
  int retries = 3;
  std::function<void(std::chrono::milliseconds)> wait;  ///< Between two tries; sleeps unless told.
  Transport* transport = nullptr;                       ///< libcurl unless told.
  Interrupted interrupted = {};
  /// Asked of a file that there is no digest to compare with, before it is kept, taken out of the
  /// cache or pinned: why it is not what was asked for, "" when it is. None: by its first bytes
  /// alone (unwanted_content.h).
  std::function<std::string(const std::filesystem::path& file, const std::string& name)>
      wrong_content = {};
};

/// Gets one published file: `location` is a path, a file:// or an http(s):// URL.
///
/// A local path is hashed where it stands and not copied. A digest that differs from the lock's or
/// from the name's is returned and not thrown (check_locked()); only an agreeing file that is new
/// and what was asked for is written to the lock file. Throws Error(kIo) with the path when it is
/// missing or cannot be read.
///
/// A URL is looked up in the cache by the lock file's digest (by the digest that this URL gave last
/// time, where the lock file does not know the name), else downloaded to a temporary file, hashed
/// as it streams and renamed into place when right. The URLs in the lock file are mirrors. Of
/// several processes that want one URL, one downloads. What is new is written to the lock file.
/// Throws Error(kFetchFailed) and Error(kChecksumMismatch), each with URL, expected, actual and
/// what to do; bytes of the wrong digest are deleted, and so are first-use bytes that are no file
/// of the kind that was asked for: an error page, a Git LFS pointer, an empty or a cut body. Throws
/// Error(kInterrupted) within about a second after `interrupted` says so; the next call goes on
/// from the bytes that arrived.
///
/// Throws Error(kInvalidJson) for a malformed lock file.
StoredFile obtain(std::string_view location, const StoreOptions& options);

/// Throws Error(kChecksumMismatch) when the lock file pinned another digest than the file has, as
/// can be with a local path.
void check_locked(const StoredFile& file);

}  // namespace harness
