#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "harness/base/descriptor.h"
#include "harness/fetch/growing_file_hash.h"
#include "harness/fetch/transport.h"

namespace harness {

/// Called while bytes arrive: done, total (0 when unknown).
using ProgressFunction = std::function<void(std::uintmax_t, std::uintmax_t)>;

struct PartFileOptions {
  std::string source;  ///< Says which URL the bytes came from, without naming it (a digest of it).
  std::uintmax_t max_bytes = 0;
  std::optional<std::uintmax_t> pinned;  ///< The file's size, where it is known beforehand.
  bool reuse = true;  ///< Go on from what an earlier process left. Only where the end can be
                      ///< checked against a digest: after a crash such bytes may be anything.
  ProgressFunction progress;
};

/// The bytes of a download that is not done, hashed as they come. `<path>` holds the bytes,
/// `<path>.json` what is needed to go on from them. Both stay when the object goes, so that the
/// next process can go on; a part that is not done and cannot be gone on from is removed.
///
/// Throws Error(kIo) for what the disk refuses, Error(kFetchFailed) for more than max_bytes or for
/// a file that the disk has no room for (as soon as the size is known), and
/// Error(kChecksumMismatch) as soon as more bytes are announced or come than are pinned. What is
/// too large is not kept. A mebibyte is always let in: bytes that can be looked at say what they
/// are (unwanted_content.h).
class PartFile : public BodySink {
 public:
  PartFile(std::filesystem::path path, PartFileOptions options);
  ~PartFile() override;
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  void begin(const ResponseHead& head) override;
  void write(std::span<const std::byte> bytes) override;

  std::uintmax_t size() const noexcept { return size_; }
  /// The most bytes that were ever here.
  std::uintmax_t high_water() const noexcept { return high_water_; }
  /// Of the bytes at hand; "" when they cannot be gone on from.
  const std::string& validator() const noexcept { return validator_; }
  /// True when some of the bytes are from an earlier process.
  bool reused() const noexcept { return reused_; }
  const std::string& content_type() const noexcept { return content_type_; }
  bool delimited() const noexcept { return delimited_; }
  std::optional<std::uintmax_t> total() const noexcept { return total_; }

  /// True when an earlier process got all of them and did not live to say so.
  bool complete() const noexcept { return reused_ && total_ == size_; }

  /// Forgets all bytes.
  void restart();
  /// All bytes are here: to the disk with them. Returns their sha256.
  std::string finish();

 private:
  PartFile(Descriptor file, std::filesystem::path path, PartFileOptions options);
  void take_over();
  void limit(std::uintmax_t size, std::string_view verb);
  void write_notes() const;
  [[noreturn]] void fail(std::string_view action) const;

  std::filesystem::path path_;
  PartFileOptions options_;
  Descriptor file_;
  std::uintmax_t size_ = 0;
  std::uintmax_t high_water_ = 0;
  std::optional<std::uintmax_t> total_;
  std::string validator_;
  std::string content_type_;
  bool reused_ = false;
  bool delimited_ = true;
  bool finished_ = false;
  std::optional<GrowingFileHash> hash_;  // Reads from file_, and so goes before it.
};

/// `<path>.json`.
std::filesystem::path notes_of_part(const std::filesystem::path& path);

/// Removes a part and its notes, if they are there.
void remove_part(const std::filesystem::path& path);

}  // namespace harness
