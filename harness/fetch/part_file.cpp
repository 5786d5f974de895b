#include "harness/fetch/part_file.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLongestNotes = 64U << 10;
constexpr std::uintmax_t kLetIn = 1U << 20;  // However few bytes are pinned.

/// What the notes say, or null when they are missing, spoilt or of another source.
Json notes_for(const fs::path& path, const std::string& source) {
  try {
    Json notes = parse_json(read_file(notes_of_part(path), kLongestNotes), path.string());
    const bool usable = notes.at("source") == source && notes.at("validator") != "" &&
                        notes.at("validator").is_string() && notes.at("content_type").is_string() &&
                        (!notes.contains("total") || notes["total"].is_number_unsigned());
    return usable ? notes : Json();
  } catch (const std::exception&) {
    return {};  // Then the download starts from the beginning.
  }
}

}  // namespace

fs::path notes_of_part(const fs::path& path) {
  return path.string() + ".json";
}

void remove_part(const fs::path& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
  fs::remove(notes_of_part(path), ignored);
}

PartFile::PartFile(Descriptor file, fs::path path, PartFileOptions options)
    : path_(std::move(path)), options_(std::move(options)), file_(std::move(file)) {}

// Delegates, so that the destructor tidies up whatever throws below.
PartFile::PartFile(fs::path path, PartFileOptions options)
    : PartFile(Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)), path,
               std::move(options)) {
  if (!file_.is_open()) fail("cannot open");
  if (options_.reuse) take_over();
  if (size_ == 0) restart();
}

PartFile::~PartFile() {
  if (file_.is_open() && !finished_ && (size_ == 0 || validator_.empty())) remove_part(path_);
}

void PartFile::take_over() {
  const Json notes = notes_for(path_, options_.source);
  if (notes.is_null()) return;
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) fail("cannot stat");
  size_ = static_cast<std::uintmax_t>(status.st_size);
  if (size_ > options_.max_bytes) return restart();
  if (::lseek(file_.get(), 0, SEEK_END) < 0) fail("cannot seek in");
  hash_.emplace(file_.get());
  hash_->grown_to(size_);
  validator_ = notes["validator"];
  content_type_ = notes["content_type"];
  if (notes.contains("total")) total_ = notes["total"].get<std::uintmax_t>();
  high_water_ = size_;
  reused_ = size_ > 0;
}

void PartFile::restart() {
  if (::ftruncate(file_.get(), 0) != 0 || ::lseek(file_.get(), 0, SEEK_SET) != 0) {
    fail("cannot empty");
  }
  size_ = 0;
  hash_.emplace(file_.get());
  total_.reset();
  validator_.clear();
  reused_ = false;
}

void PartFile::begin(const ResponseHead& head) {
  if (head.offset == 0) {
    restart();
    validator_ = head.validator;
  }
  content_type_ = head.content_type;
  delimited_ = head.delimited;
  total_ = head.total;
  limit(total_.value_or(0), "the server announces ");
  std::error_code unknown;
  const auto space = fs::space(path_, unknown);
  if (!unknown && total_.value_or(0) > size_ && *total_ - size_ > space.available) {
    throw Error(ErrorCode::kFetchFailed, path_.string(),
                fmt::format("expected room for {} more bytes, the disk has {} left: make room, or "
                            "let XDG_CACHE_HOME name a folder that has it",
                            *total_ - size_, space.available));
  }
  write_notes();
}

void PartFile::limit(std::uintmax_t size, std::string_view verb) {
  std::string reason = std::string(verb) + std::to_string(size);
  if (size > options_.max_bytes) {
    restart();
    throw Error(ErrorCode::kFetchFailed, path_.string(),
                fmt::format("expected at most {} bytes, {} (fetch --max-bytes allows more)",
                            options_.max_bytes, reason));
  }
  if (options_.pinned && size > std::max(*options_.pinned, kLetIn)) {
    restart();
    throw Error(ErrorCode::kChecksumMismatch, path_.string(),
                fmt::format("expected {} bytes, {}", *options_.pinned, reason));
  }
}

void PartFile::write(std::span<const std::byte> bytes) {
  limit(size_ + bytes.size(), "got at least ");
  for (auto rest = bytes; !rest.empty();) {
    // Piece by piece: of what the disk refuses, the part that was taken counts.
    const ssize_t count = ::write(file_.get(), rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot write");
    const auto written = static_cast<std::size_t>(count);
    size_ += written;
    hash_->grown_to(size_);
    rest = rest.subspan(written);
  }
  high_water_ = std::max(high_water_, size_);
  if (options_.progress) options_.progress(size_, total_.value_or(0));
}

std::string PartFile::finish() {
  if (::fsync(file_.get()) != 0) fail("cannot fsync");
  finished_ = true;
  try {
    return hash_->hex_digest();
  } catch (const std::system_error& error) {
    throw Error(ErrorCode::kIo, path_.string(), error.what());
  }
}

void PartFile::write_notes() const {
  Json notes = {
      {"source", options_.source}, {"validator", validator_}, {"content_type", content_type_}};
  if (total_) notes["total"] = *total_;
  write_json_file(notes_of_part(path_), notes);
}

void PartFile::fail(std::string_view action) const {
  const bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
  std::string reason = std::strerror(errno);
  if (full) reason += ": make room, or let XDG_CACHE_HOME name a folder that has it";
  throw Error(ErrorCode::kIo, path_.string(), fmt::format("{}: {}", action, reason));
}

}  // namespace harness
