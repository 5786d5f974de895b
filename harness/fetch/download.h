#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "harness/fetch/part_file.h"
#include "harness/fetch/transport.h"
#include "harness/fetch/url.h"

namespace harness {

struct DownloadRequest {
  Url url;
  std::filesystem::path part;  ///< Where the bytes go; its folder exists.
  bool reuse = true;           ///< See PartFileOptions.
  std::uintmax_t max_bytes = 0;
  std::optional<std::uintmax_t> pinned;  ///< See PartFileOptions.
  TransferLimits limits;                 ///< `total` is for all tries and the waits between them.
  int retries = 3;                       ///< In a row without a mebibyte of progress.
  std::function<void(std::chrono::milliseconds)> wait;  ///< Between two tries; sleeps unless told.
  ProgressFunction progress;
  Interrupted interrupted = {};
};

/// Bytes that all arrived at DownloadRequest::part; whether they are the right ones is not known
/// yet.
struct Downloaded {
  std::string sha256;
  std::uintmax_t size = 0;
  bool reused = false;       ///< Some of the bytes are from an earlier process.
  std::string content_type;  ///< As the server sent it.
  bool delimited = true;     ///< See ResponseHead.
};

/// Gets one URL, with as many tries as it takes: what failed for the moment is tried again after
/// growing, jittered waits (or the wait that the server asked for), from where it was cut off if
/// the server can do that and the file is still the same. Throws Error(kFetchFailed), or
/// Error(kChecksumMismatch) for more bytes than are pinned, with the URL as subject; what arrived
/// is kept for the next call where that can go on from it. Throws Error(kInterrupted) soon after
/// `interrupted` first says so; what arrived is kept likewise.
Downloaded download(const DownloadRequest& request, Transport& transport);

/// How long to wait after the n-th failure in a row (n from 1): 1 s, doubled each time up to 30 s,
/// times `jitter` from 0.75 to 1.25.
std::chrono::milliseconds backoff(int failures, double jitter);

}  // namespace harness
