#include "harness/base/content_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string_view>

#include "harness/base/error.h"
#include "harness/base/tar_header.h"
#include "harness/base/text.h"
#include "harness/base/unicode.h"

namespace harness {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kStart = 1024;

struct Signature {
  std::size_t position;
  std::string_view bytes;
  std::string_view name;
};

/// From the formats' own specifications.
constexpr Signature kSignatures[] = {
    {0, "\x1f\x8b"sv, "a gzip archive"},
    {0, "\xfd\x37\x7a\x58\x5a\x00"sv, "an xz archive"},
    {0, "BZh"sv, "a bzip2 archive"},
    {0, "\x28\xb5\x2f\xfd"sv, "a zstd archive"},
    {0, "7z\xbc\xaf\x27\x1c"sv, "a 7z archive"},
    {0, "Rar!\x1a\x07"sv, "a rar archive"},
    {0, "PK\x05\x06"sv, "an empty zip archive"},
    {0, "\x89HDF\r\n\x1a\n"sv, "an HDF5 file, as Keras writes"},
    {0, "\x93NUMPY"sv, "a numpy array (.npy)"},
    {0, "GGUF"sv, "a GGUF file"},
    {4, "TFL3"sv, "a TensorFlow Lite model"},
    {0, "\x89PNG"sv, "a PNG image"},
    {0, "\xff\xd8\xff"sv, "a JPEG image"},
    {0, "%PDF"sv, "a PDF document"},
    {0,
     "\x7f"
     "ELF"sv,
     "a program (ELF)"},
};

/// 8 bytes, the length of a JSON header that follows.
bool is_safetensors(std::string_view start, std::uintmax_t size) {
  std::uint64_t header = 0;
  if (start.size() < sizeof(header) + 1) return false;
  std::memcpy(&header, start.data(), sizeof(header));
  return start[sizeof(header)] == '{' && header >= 2 && header <= size - sizeof(header);
}

/// A protobuf message whose first fields are the IR version and the producer's name.
bool is_onnx(std::string_view start) {
  constexpr unsigned char kNewestIr = 30;
  return start.size() > 4 && start[0] == '\x08' && static_cast<unsigned char>(start[1]) > 0 &&
         static_cast<unsigned char>(start[1]) <= kNewestIr && start[2] == '\x12' &&
         static_cast<unsigned char>(start[3]) < start.size() - 4 &&
         is_utf8(start.substr(4, static_cast<unsigned char>(start[3])));
}

/// UTF-8 without control characters; the last character may be cut off at the end of `start`.
bool is_text(std::string_view start, bool is_whole) {
  constexpr std::size_t kLongest = 4;
  const bool plain = std::ranges::all_of(start, [](unsigned char c) {
    return c >= 0x20 ? c != 0x7f : c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\x1b';
  });
  if (!plain) return false;
  for (std::size_t cut = 0; cut < (is_whole ? 1 : kLongest) && cut < start.size(); ++cut) {
    if (is_utf8(start.substr(0, start.size() - cut))) return true;
  }
  return false;
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> starts) {
  return std::ranges::any_of(starts, [text](auto start) { return text.starts_with(start); });
}

/// Markup of a page, with or without what should come before it. lower: in lower case.
bool is_web_page(std::string_view lower) {
  return starts_with_any(lower, {"<!doctype html", "<html", "<head", "<body", "<title"}) ||
         (lower.starts_with("<!--") && lower.find("<html") != std::string_view::npos);
}

/// An object, or an array of anything but bare numbers ("[2020-01-01]" begins a log).
bool is_json(std::string_view text) {
  if (text.starts_with('{')) return true;
  if (!text.starts_with('[')) return false;
  const std::size_t inner = text.find_first_not_of(" \t\r\n", 1);
  return inner != std::string_view::npos &&
         std::string_view("{[\"]").find(text[inner]) != std::string_view::npos;
}

/// "2020-04-21 12:00:00,123 - mmseg - INFO - ...", as mmcv and mmengine ("2023/01/31") write.
bool is_text_log(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00 00:00:00";
  if (text.size() < kForm.size()) return false;
  for (std::size_t at = 0; at < kForm.size(); ++at) {
    const bool is_digit = text[at] >= '0' && text[at] <= '9';
    const bool fits = kForm[at] == '-' ? text[at] == '-' || text[at] == '/' : text[at] == kForm[at];
    if (kForm[at] == '0' ? !is_digit : !fits) return false;
  }
  return true;
}

/// "../models/fcn.pth": one path and nothing else.
bool is_link_text(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  constexpr std::size_t kLongestPath = 512;
  const bool is_path = text.find('/') != std::string_view::npos || text.ends_with(".pth");
  return text.size() <= kLongestPath && is_path &&
         text.find_first_of("\n\r\t {}<>\"':;") == std::string_view::npos;
}

std::string first_line(std::string_view text) {
  constexpr std::size_t kShown = 60;
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  return printable(line.substr(0, kShown)) + (line.size() > kShown ? "…" : "");
}

Content content_of_text(std::string_view start) {
  std::string_view trimmed = start;
  if (trimmed.starts_with("\xef\xbb\xbf")) trimmed.remove_prefix(3);
  trimmed.remove_prefix(std::min(trimmed.size(), trimmed.find_first_not_of(" \t\r\n")));
  const std::string lower = lower_case(trimmed);
  if (is_web_page(lower)) {
    return {ContentKind::kWebPage,
            "a web page (HTML), as servers and proxies send for an error or a log-in"};
  }
  if (starts_with_any(lower, {"<?xml", "<error", "<listbucketresult"})) {
    return {ContentKind::kXml, "an XML document, as file stores send for an error"};
  }
  if (trimmed.starts_with("version https://git-lfs")) {
    return {ContentKind::kLfsPointer,
            "a Git LFS pointer: the text that stands for the file in a repository without its "
            "LFS objects"};
  }
  if (is_json(trimmed)) {
    return {ContentKind::kJson, fmt::format("JSON text: {}", first_line(trimmed))};
  }
  if (is_link_text(start)) {
    return {ContentKind::kLinkText,
            fmt::format("the text of a symbolic link, to {}", first_line(start))};
  }
  if (is_text_log(trimmed)) {
    return {ContentKind::kText, fmt::format("a text log: {}", first_line(trimmed))};
  }
  return {ContentKind::kText, fmt::format("text: {}", first_line(trimmed))};
}

/// Text in UTF-16, as some Windows programs write it: its letters of ASCII, "?" for others; "" for
/// what has no byte order mark.
std::string ascii_of_utf16(std::string_view start) {
  const bool little = start.starts_with("\xff\xfe");
  if (!little && !start.starts_with("\xfe\xff")) return "";
  std::string text;
  for (std::size_t at = 2; at + 1 < start.size(); at += 2) {
    const char low = start[at + (little ? 0 : 1)];
    const bool is_ascii = start[at + (little ? 1 : 0)] == '\0' && (low & 0x80) == 0;
    text += is_ascii ? low : '?';
  }
  return text;
}

/// Leaves the stream where the blanks end that a text begins with, or at its beginning where that
/// is near: pages come with hundreds of empty lines in front.
std::size_t leading_blanks(std::ifstream& stream) {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  std::size_t count = 0;
  for (char c = 0; count < kMost && stream.get(c);) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') break;
    ++count;
  }
  stream.clear();
  if (count < kStart / 2 || count == kMost) count = 0;
  stream.seekg(static_cast<std::streamoff>(count));
  return count;
}

}  // namespace

Content content_of(std::span<const std::byte> bytes, std::uintmax_t size) {
  if (size == 0 || bytes.empty()) return {ContentKind::kEmpty, "an empty file"};
  const std::string_view start(reinterpret_cast<const char*>(bytes.data()),
                               std::min(bytes.size(), kStart));
  if (starts_with_tar_header(bytes)) {
    return {ContentKind::kOtherFormat,
            "a tar archive, as PyTorch 0.1 wrote (or one that holds the checkpoint)"};
  }
  if (start.starts_with("PK\x03\x04")) return {ContentKind::kZip, "a zip archive"};
  if (start.starts_with('\x80')) return {ContentKind::kPickle, "a pickle"};
  for (const Signature& known : kSignatures) {
    if (start.substr(std::min(known.position, start.size())).starts_with(known.bytes)) {
      return {ContentKind::kOtherFormat, std::string(known.name)};
    }
  }
  if (is_safetensors(start, size)) return {ContentKind::kOtherFormat, "a safetensors file"};
  if (is_onnx(start)) return {ContentKind::kOtherFormat, "an ONNX model"};
  if (is_text(start, start.size() == size)) return content_of_text(start);
  if (const std::string wide = ascii_of_utf16(start); !wide.empty() && is_text(wide, true)) {
    Content content = content_of_text(wide);
    content.text += " (in UTF-16)";
    return content;
  }
  if (std::ranges::all_of(start, [](char c) { return c == '\0'; })) {
    return {ContentKind::kZeros, "zeros, as of a download that never arrived"};
  }
  return {ContentKind::kUnknown, "bytes of no known format"};
}

void refuse_utf16(std::string_view text, std::string_view subject) {
  if (ascii_of_utf16(text.substr(0, kStart)).empty()) return;
  throw Error(ErrorCode::kInvalidFile, subject,
              "expected text in UTF-8, got UTF-16; `iconv -f UTF-16 -t UTF-8` converts it");
}

Content content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::size_t blanks = leading_blanks(stream);
  std::string start(kStart, '\0');
  stream.read(start.data(), static_cast<std::streamsize>(start.size()));
  if (stream.bad() || !std::filesystem::exists(file)) fail_io(file.string(), "cannot read");
  start.resize(static_cast<std::size_t>(stream.gcount()));
  return content_of(std::as_bytes(std::span(start)), std::filesystem::file_size(file) - blanks);
}

}  // namespace harness
