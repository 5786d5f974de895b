#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace harness {

/// SHA-256 of bytes that arrive in pieces (FIPS 180-4; OpenSSL computes it).
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::span<const std::byte> bytes);
  void update(std::string_view text);

  /// The digest as 64 lower-case hex digits. Further calls of update() are an error.
  std::string hex_digest();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// Whether a text is such a digest: 64 lower-case hex digits.
bool is_sha256(std::string_view text);

/// Hex digest of a text held in memory.
std::string sha256_hex(std::string_view text);

/// Hex digest of a file's bytes, read in blocks. Throws Error(kIo) when it cannot be read,
/// Error(kInvalidFile) when another program changes it meanwhile.
std::string sha256_file(const std::filesystem::path& path);

}  // namespace harness
