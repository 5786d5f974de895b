#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "harness/base/file_lock.h"
#include "harness/fetch/transport.h"

namespace harness {

/// ${XDG_CACHE_HOME:-~/.cache}/halfproof/files. Throws Error(kIo) when neither variable is set.
std::filesystem::path default_cache_folder();

/// Published files by digest, in one folder that several processes use at once:
///   <root>/<sha256[0:2]>/<sha256>/<name>   whole files, checked before they got their place
///   <root>/partial/<key>.part, .part.json  downloads that are not done (part_file.h)
///   <root>/partial/<key>.lock              held by the process that downloads
///   <root>/urls/<key>                      the digest that a URL gave last time
/// A key is the sha256 of a URL. Looking something up writes nothing, so that a cache on a
/// read-only disk serves what it holds.
class Cache {
 public:
  explicit Cache(std::filesystem::path root) : root_(std::move(root)) {}

  const std::filesystem::path& root() const noexcept { return root_; }

  /// A file with this digest, named `name` if there is one of that name. Its bytes are read and
  /// hashed: what does not hold what its place says is not returned (adopt() replaces it).
  std::optional<std::filesystem::path> find(const std::string& sha256,
                                            const std::string& name) const;

  /// The digest that this URL gave last time, or "".
  std::string digest_of_url(const std::string& key) const;

  /// Makes the folder for downloads, waits until no other process works on this key, and clears
  /// away what processes left that were killed while they wrote notes. Throws Error(kIo), and
  /// Error(kInterrupted) when it waited until `interrupted` said so.
  FileLock claim(const std::string& key, const Interrupted& interrupted = {}) const;
  std::filesystem::path part_of(const std::string& key) const;

  /// Notes where a complete, checked part came from and moves it to its place. Throws Error(kIo);
  /// not for a note that cannot be written: without it the file is found by its digest only.
  std::filesystem::path adopt(const std::string& key, const std::string& sha256,
                              const std::string& name) const;

 private:
  std::filesystem::path folder_of(const std::string& sha256) const;

  std::filesystem::path root_;
};

}  // namespace harness
