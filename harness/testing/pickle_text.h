#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Pickles written by hand, for tests.
namespace harness::pickle_text {

template <typename... Parts>
std::string join(const Parts&... parts) {
  std::string bytes;
  (bytes.append(parts), ...);
  return bytes;
}

inline std::string text(std::string_view value) {
  std::string bytes("X");
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value.size() >> shift);
  return bytes.append(value);
}

inline std::string integer(std::int32_t value) {
  std::string bytes("J");
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

inline std::string global(std::string_view module, std::string_view name) {
  return std::string("c").append(module).append("\n").append(name).append("\n");
}

template <typename... Items>
std::string tuple(const Items&... items) {
  return join("(", items..., "t");
}

/// ('storage', torch.<kind>, key, 'cpu', elements) as a persistent id.
inline std::string storage(std::string_view kind, std::string_view key, std::int32_t elements) {
  return tuple(text("storage"), global("torch", kind), text(key), text("cpu"), integer(elements)) +
         "Q";
}

/// One float32 tensor of two rows and three columns, of storage "0".
inline std::string tensor() {
  return global("torch._utils", "_rebuild_tensor_v2") +
         tuple(storage("FloatStorage", "0", 6), integer(0), tuple(integer(2), integer(3)),
               tuple(integer(3), integer(1)), std::string("\x89"), std::string("N")) +
         "R";
}

inline std::string pickled(std::string_view body) {
  return std::string("\x80\x02").append(body).append(".");
}

/// What a legacy stream begins with: magic number, protocol version and what the writer was.
inline std::string legacy_head() {
  return pickled("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") + pickled("M\xe9\x03") +
         pickled("}" + text("little_endian") + "\x88s");
}

}  // namespace harness::pickle_text
