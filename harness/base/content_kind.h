#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace harness {

/// What the bytes of a file are, whatever its name says.
enum class ContentKind {
  kEmpty,
  kZip,      ///< Also what PyTorch since 1.6 writes.
  kPickle,   ///< Protocol 2 or newer; also what PyTorch before 1.6 writes.
  kWebPage,  ///< HTML.
  kXml,
  kJson,
  kLfsPointer,   ///< What a Git checkout without Git LFS has in a file's place.
  kLinkText,     ///< What a Git checkout without symbolic links has in a link's place.
  kText,         ///< Any other UTF-8 text.
  kZeros,        ///< Nothing else, as of a download that never arrived.
  kOtherFormat,  ///< A format of its own that content_text() names: safetensors, tar, gzip, ...
  kUnknown,
};

struct Content {
  ContentKind kind = ContentKind::kUnknown;
  std::string text;  ///< "a Git LFS pointer", "a safetensors file", ...: for a message.
};

/// By its first bytes. size: of the whole file, of which `start` is the beginning (1 KiB is
/// enough).
Content content_of(std::span<const std::byte> start, std::uintmax_t size);
/// Throws Error(kInvalidFile), with how to convert it, for a text that begins with the byte order
/// mark of UTF-16, as some Windows programs write.
void refuse_utf16(std::string_view text, std::string_view subject);
/// Of a file. Throws Error(kIo) when it cannot be read.
Content content_of(const std::filesystem::path& file);

}  // namespace harness
