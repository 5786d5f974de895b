#include "harness/cli/other_weights.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>

#include "harness/base/content_kind.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/text.h"
#include "harness/checkpoint/pickle/unpickler.h"
#include "harness/checkpoint/zip/zip_reader.h"

namespace harness {
namespace {

using Bytes = std::span<const std::byte>;

/// 8 bytes, the length of the JSON header behind them, and the elements of the tensors that it
/// lists, by their ends counted from the header's.
bool is_whole_safetensors(Bytes bytes, const std::string& subject) {
  std::uint64_t header_size = 0;
  if (bytes.size() < sizeof(header_size)) return false;
  std::memcpy(&header_size, bytes.data(), sizeof(header_size));
  bytes = bytes.subspan(sizeof(header_size));
  if (header_size > bytes.size()) return false;
  const std::string text(reinterpret_cast<const char*>(bytes.data()),
                         static_cast<std::size_t>(header_size));
  const Json header = parse_json(text, subject);
  if (!header.is_object()) return false;
  std::uint64_t end = 0;
  for (const auto& [name, tensor] : header.items()) {
    if (name == "__metadata__") continue;
    const Json offsets = tensor.is_object() ? tensor.value("data_offsets", Json()) : Json();
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[1].is_number_unsigned())
      return false;
    end = std::max(end, offsets[1].get<std::uint64_t>());
  }
  return end == bytes.size() - header_size;
}

/// A pickle of numpy arrays may be larger than what is unpickled here: one with the mark of a newer
/// protocol is whole when it ends with the operation that ends it.
bool is_whole_pickle(Bytes bytes, const std::string& subject) {
  constexpr std::byte kMark{0x80};
  if (bytes.empty() || bytes.back() != std::byte{'.'}) return false;
  return bytes.front() == kMark || unpickle(bytes, subject).size == bytes.size();
}

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> endings) {
  return std::ranges::any_of(endings, [name](auto ending) { return name.ends_with(ending); });
}

}  // namespace

bool has_other_weights(const std::filesystem::path& file, std::string_view file_name) {
  const std::string name = lower_case(file_name);
  const std::string subject = file.string();
  try {
    const MappedFile mapped(file);
    if (name.ends_with(".safetensors")) return is_whole_safetensors(mapped.bytes(), subject);
    if (name.ends_with(".pkl")) return is_whole_pickle(mapped.bytes(), subject);
    if (ends_with_any(name, {".zip", ".npz", ".keras"})) {
      return !ZipReader(mapped.bytes(), subject).entries().empty();
    }
    return ends_with_any(name, {".onnx", ".h5", ".hdf5", ".npy", ".gguf", ".tflite", ".tar", ".gz",
                                ".tgz", ".xz", ".bz2", ".zst", ".7z", ".rar"}) &&
           content_of(file).kind == ContentKind::kOtherFormat;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace harness
