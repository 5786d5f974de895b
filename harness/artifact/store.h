#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

/// How we came to believe that a file's bytes are the published ones.
enum class Trust {
  kLocked,    ///< The full sha256 stood in the lock file: strong.
  kNameHash,  ///< Only the 8 hex digits of the file's name agree: 32 bits, weak; locked now.
  kFirstUse,  ///< Nothing to compare with: believed because it came first; locked now.
};
std::string_view to_string(Trust trust) noexcept;  ///< "locked", "name-hash", "first-use".

/// A published file that is at hand.
struct StoredFile {
  std::filesystem::path path;
  std::string name;    ///< The last part of the URL.
  std::string url;     ///< Where it came from; credentials removed.
  std::string sha256;  ///< 64 hex digits.
  std::uintmax_t size = 0;
  Trust trust = Trust::kFirstUse;
};

struct StoreOptions {
  std::filesystem::path cache;  ///< Bytes by digest; default_cache_folder() unless told.
  std::filesystem::path lock;   ///< Lock file to read and to extend; docs/formats.md. "" for none.
  bool offline = false;         ///< Never touch the network: what is missing is an Error.
  std::uintmax_t max_bytes = std::uintmax_t{8} << 30;
  /// Called while bytes arrive: done, total (0 when unknown).
  std::function<void(std::uintmax_t, std::uintmax_t)> progress;
};

/// ${XDG_CACHE_HOME:-~/.cache}/halfproof/files.
std::filesystem::path default_cache_folder();

/// The 8 hex digits before the extension ("fcn_...-50245227.pth"), or "" when there are none.
std::string hash_in_name(std::string_view name);

/// Gets one published file: `location` is a path, a file:// or an http(s):// URL.
///
/// A local path is hashed where it stands and not copied. A URL is looked up in the cache by the
/// lock file's digest, else downloaded to a temporary file, hashed as it streams and renamed into
/// place when right. What is new is written to the lock file.
/// Throws Error(kFetchFailed) and Error(kChecksumMismatch), each with URL, expected, actual and what
/// to do; a file of the wrong digest never gets the right name.
StoredFile obtain(std::string_view location, const StoreOptions& options);

}  // namespace harness
