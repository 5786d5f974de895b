#include "harness/fetch/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/location.h"
#include "harness/base/sha256.h"
#include "harness/base/system/machine.h"
#include "harness/fetch/curl_transport.h"
#include "harness/fetch/download.h"
#include "harness/fetch/expectation.h"
#include "harness/fetch/unwanted_content.h"
#include "harness/fetch/url.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

/// Puts one more remark behind the others.
void append(std::string& text, const std::string& more) {
  if (more.empty()) return;
  text += text.empty() ? more : "; " + more;
}

/// A file that is at hand stays useful when it cannot be pinned: that is only said.
void pin(StoredFile& file, const std::string& origin, const StoreOptions& options) {
  if (options.lock.empty() || !options.extends_lock) return;
  LockEntry entry{file.sha256, file.size, {}, file.trust, utc_now()};
  if (!origin.empty()) entry.urls.push_back(origin);
  try {
    add_to_lock_file(options.lock, file.name, entry);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kIo) throw;
    append(file.warning, std::string("not written to the lock file: ") + error.what());
  }
}

/// What is wrong with a file that nothing vouches for: unwanted_content(), then
/// StoreOptions::wrong_content.
std::string wrong_with(const fs::path& file, const std::string& name,
                       const std::string& content_type, const StoreOptions& options) {
  std::string notice = unwanted_content(file, name, content_type);
  if (!notice.empty() || !options.wrong_content) return notice;
  return options.wrong_content(file, name);
}

/// A file that is not what was asked for is its reader's to judge, but no later one is held to it.
void pin_local(StoredFile& file, const StoreOptions& options) {
  if (!options.extends_lock || options.lock.empty()) return;
  const std::string wrong = file.trust == Trust::kFirstUse
                                ? wrong_with(file.path, file.name, "", options)
                                : std::string();
  if (!wrong.empty()) return append(file.warning, "not written to the lock file: " + wrong);
  pin(file, path_for_lock(options.lock, file.path), options);
}

StoredFile obtain_local(std::string_view location, const StoreOptions& options) {
  const fs::path path(location);
  std::error_code failed;
  if (!fs::is_regular_file(path, failed)) {
    throw Error(ErrorCode::kIo, path.string(),
                fs::exists(path, failed) ? "expected a regular file, got a folder or a device"
                                         : "expected a file, found none");
  }
  const Expectation expected(options.lock, path.filename().string());
  StoredFile file;
  file.path = path;
  file.name = expected.name();
  file.url = std::string(location);
  file.sha256 = sha256_file(path);
  file.size = fs::file_size(path, failed);
  file.trust = expected.trust();
  if (expected.locked()) {
    file.locked_sha256 = expected.locked()->sha256;
  } else if (expected.is_met_by(file.sha256)) {
    pin_local(file, options);
  }
  return file;
}

class UrlFetch {
 public:
  UrlFetch(std::string_view location, const StoreOptions& options)
      : url_(parse_url(location)),
        key_(sha256_hex(url_.full)),
        options_(options),
        cache_(options.cache.empty() ? default_cache_folder() : options.cache) {}

  StoredFile run() {
    if (auto file = look_up()) return *file;
    if (options_.offline && url_.scheme != "file") refuse_offline();
    try {
      const FileLock claimed = cache_.claim(key_, options_.interrupted);
      // Another process may have downloaded it while we waited.
      if (auto file = look_up()) return *file;
      return download_any();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kIo) throw;
      throw Error(ErrorCode::kFetchFailed, url_.shown, error.subject() + ": " + error.detail());
    }
  }

 private:
  std::optional<StoredFile> look_up() {
    expected_.emplace(options_.lock, url_.name);
    std::string digest =
        expected_->locked() ? expected_->locked()->sha256 : cache_.digest_of_url(key_);
    if (!expected_->is_met_by(digest)) return std::nullopt;
    const auto path = cache_.find(digest, url_.name);
    if (!path) return std::nullopt;
    // It may have been asked for as something else then.
    const bool is_compared = expected_->trust() != Trust::kFirstUse;
    if (!is_compared && !wrong_with(*path, url_.name, "", options_).empty()) return std::nullopt;
    return stored(*path, digest, url_);
  }

  StoredFile stored(const fs::path& path, const std::string& sha256, const Url& from) const {
    StoredFile file;
    file.path = path;
    file.name = url_.name;
    file.url = from.shown;
    file.sha256 = sha256;
    std::error_code unknown;
    file.size = fs::file_size(path, unknown);
    file.trust = expected_->trust();
    if (expected_->locked()) {
      file.locked_sha256 = expected_->locked()->sha256;
    } else {
      pin(file, origin_of(from), options_);
    }
    return file;
  }

  std::string origin_of(const Url& from) const {
    return from.scheme == "file" ? path_for_lock(options_.lock, from.path) : from.shown;
  }

  /// The URL that was asked for, then the lock file's.
  std::vector<std::string> candidates() const {
    std::vector<std::string> urls = {url_.full};
    if (!expected_->locked()) return urls;
    for (const std::string& mirror : expected_->locked()->urls) {
      if (is_url(mirror) && mirror != url_.shown) urls.push_back(mirror);
    }
    return urls;
  }

  StoredFile download_any() {
    std::vector<Error> failures;
    for (const std::string& candidate : candidates()) {
      if (options_.offline && !candidate.starts_with("file:")) continue;
      try {
        StoredFile file = download_from(parse_url(candidate));
        for (const Error& failure : failures) append(file.warning, failure.what());
        return file;
      } catch (const Error& failure) {
        if (failure.code() == ErrorCode::kInterrupted) throw;
        failures.push_back(failure);
      }
    }
    std::string detail = failures.front().detail();
    for (std::size_t i = 1; i < failures.size(); ++i) append(detail, failures[i].what());
    throw Error(failures.front().code(), failures.front().subject(), detail);
  }

  StoredFile download_from(const Url& url) {
    DownloadRequest request{url,
                            cache_.part_of(key_),
                            expected_->trust() != Trust::kFirstUse,
                            options_.max_bytes,
                            pinned_size(),
                            options_.limits,
                            options_.retries,
                            options_.wait,
                            options_.progress,
                            options_.interrupted};
    CurlTransport curl;
    Transport& transport = options_.transport != nullptr ? *options_.transport : curl;
    Downloaded got = advised_download(request, transport);
    if (got.reused && !is_right(got)) {
      // The old bytes may be what is wrong: they get one chance to be new ones.
      request.reuse = false;
      got = advised_download(request, transport);
    }
    if (!is_right(got)) reject(url, got);
    if (!got.delimited && expected_->trust() == Trust::kFirstUse) refuse_open_end(url);
    return stored(cache_.adopt(key_, got.sha256, url_.name), got.sha256, url);
  }

  /// What is too large to be the pinned file is not even downloaded: the same advice then.
  Downloaded advised_download(const DownloadRequest& request, Transport& transport) const {
    try {
      return download(request, transport);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kChecksumMismatch) throw;
      std::string detail = error.detail();
      append(detail, advice_for(request.url));
      throw Error(error.code(), error.subject(), detail);
    }
  }

  std::optional<std::uintmax_t> pinned_size() const {
    if (!expected_->locked()) return std::nullopt;
    return expected_->locked()->size;
  }

  bool is_right(const Downloaded& got) const {
    if (got.size == 0 || !expected_->is_met_by(got.sha256)) return false;
    // With nothing to compare the bytes with, an error page must not become the published file.
    return expected_->trust() != Trust::kFirstUse || notice_of(got).empty();
  }

  std::string notice_of(const Downloaded& got) const {
    const fs::path part = cache_.part_of(key_);
    const bool is_compared = expected_->trust() != Trust::kFirstUse;
    if (is_compared || got.size == 0) return unwanted_content(part, url_.name, got.content_type);
    return wrong_with(part, url_.name, got.content_type, options_);
  }

  [[noreturn]] void reject(const Url& url, const Downloaded& got) const {
    std::string detail = fmt::format("expected {}, got {} and {} bytes", expected_->describe(),
                                     got.sha256, got.size);
    append(detail, notice_of(got));
    append(detail, "these bytes were deleted");
    append(detail, advice_for(url));
    remove_part(cache_.part_of(key_));
    const bool compared = expected_->trust() != Trust::kFirstUse;
    throw Error(compared ? ErrorCode::kChecksumMismatch : ErrorCode::kFetchFailed, url.shown,
                detail);
  }

  std::string advice_for(const Url& url) const {
    if (!expected_->locked()) return "";
    const std::vector<std::string>& urls = expected_->locked()->urls;
    if (!urls.empty() && std::find(urls.begin(), urls.end(), url.shown) == urls.end()) {
      return fmt::format(
          "the lock file has a file of this name from {}; two files of one name need "
          "two lock files",
          shown_location(urls.front()));
    }
    return "if the publisher replaced the file, remove it from the lock file";
  }

  /// Such a body may have been cut off, and there is nothing to tell it by.
  [[noreturn]] void refuse_open_end(const Url& url) const {
    remove_part(cache_.part_of(key_));
    throw Error(ErrorCode::kFetchFailed, url.shown,
                "expected a server that says how long the file is, got bytes that end with the "
                "connection, and no sha256 to hold them against; pin one in the lock file, or get "
                "the file from another server");
  }

  [[noreturn]] void refuse_offline() const {
    std::string from = "this URL";
    for (const std::string& candidate : candidates()) {
      if (candidate != url_.full) from += ", then " + shown_location(candidate);
    }
    throw Error(ErrorCode::kFetchFailed, url_.shown,
                fmt::format("offline: expected {} with {} in the cache {}, found none; without "
                            "--offline it would be downloaded from {}",
                            url_.name, expected_->describe(), cache_.root().string(), from));
  }

  Url url_;
  std::string key_;
  const StoreOptions& options_;
  Cache cache_;
  std::optional<Expectation> expected_;
};

}  // namespace

StoredFile obtain(std::string_view location, const StoreOptions& options) {
  return is_url(location) ? UrlFetch(location, options).run() : obtain_local(location, options);
}

void check_locked(const StoredFile& file) {
  if (file.locked_sha256.empty() || file.locked_sha256 == file.sha256) return;
  throw Error(ErrorCode::kChecksumMismatch, file.name,
              fmt::format("expected sha256 {} (lock file), got {}; restore the file, or remove its "
                          "entry from the lock file when it was replaced on purpose",
                          file.locked_sha256, file.sha256));
}

}  // namespace harness
