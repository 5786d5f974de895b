#include "harness/checkpoint/checkpoint_writer.h"

#include <algorithm>
#include <vector>

#include "harness/base/sha256.h"
#include "harness/checkpoint/pickle/pickle_writer.h"
#include "harness/checkpoint/zip/zip_writer.h"

namespace harness {
namespace {

using namespace std::string_literals;

/// torch/serialization.py: MAGIC_NUMBER 0x1950a86a20f9469cfc6c as a pickle.
const std::string kPickledMagic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."s;
constexpr int kLegacyProtocol = 1001;

/// What is written is hashed on its way.
class HashedFile {
 public:
  explicit HashedFile(AtomicFile& file) : file_(file) {}

  void write(std::span<const std::byte> bytes) {
    hash_.update(bytes);
    file_.write(bytes);
  }
  void write(const std::string& text) { write(std::as_bytes(std::span(text))); }
  WrittenCheckpoint finish() { return {file_.size(), hash_.hex_digest()}; }

 private:
  AtomicFile& file_;
  Sha256 hash_;
};

/// Two numbers of 20 digits, as torch writes them; here they depend on the values alone.
std::string serialization_id(const std::string& pickle) {
  const std::string digest = sha256_hex(pickle);
  std::string id;
  for (const std::size_t half : {0U, 16U}) {
    const std::string digits = std::to_string(std::stoull(digest.substr(half, 16), nullptr, 16));
    id += std::string(20 - digits.size(), '0') + digits;
  }
  return id;
}

void write_zip(HashedFile& file, const PythonValue& root) {
  PickleWriter pickles(/*with_view_metadata=*/false);
  const std::string pickle = pickles.write(root);
  ZipWriter zip([&file](std::span<const std::byte> bytes) { file.write(bytes); });
  zip.add("archive/data.pkl", pickle);
  zip.add("archive/.format_version", "1");
  zip.add("archive/.storage_alignment", std::to_string(ZipWriter::kAlignment));
  zip.add("archive/byteorder", "little");
  for (const auto& storage : pickles.storages()) {
    zip.add("archive/data/" + storage.key, storage.bytes);
  }
  zip.add("archive/version", "3\n");
  zip.add("archive/.data/serialization_id", serialization_id(pickle));
  zip.finish();
}

PythonValue system_info() {
  PythonValue sizes = PythonValue::dict();
  sizes.set("short", 2).set("int", 4).set("long", 4);
  PythonValue info = PythonValue::dict();
  info.set("protocol_version", kLegacyProtocol).set("little_endian", true).set("type_sizes", sizes);
  return info;
}

void write_legacy(HashedFile& file, const PythonValue& root) {
  PickleWriter pickles(/*with_view_metadata=*/true);
  const std::string pickle = pickles.write(root);
  std::vector<PickleWriter::Storage> storages = pickles.storages();
  std::ranges::sort(storages, {}, &PickleWriter::Storage::key);
  PythonValue keys = PythonValue::list();
  for (const auto& storage : storages) keys.append(storage.key);
  file.write(kPickledMagic);
  file.write(pickles.write(kLegacyProtocol));
  file.write(pickles.write(system_info()));
  file.write(pickle);
  file.write(pickles.write(keys));
  for (const auto& storage : storages) {
    const std::int64_t elements =
        static_cast<std::int64_t>(storage.bytes.size() / item_size(storage.dtype));
    file.write(std::as_bytes(std::span(&elements, 1)));
    file.write(storage.bytes);
  }
}

}  // namespace

WrittenCheckpoint write_checkpoint(AtomicFile& file, const PythonValue& root,
                                   CheckpointFormat format) {
  HashedFile hashed(file);
  format == CheckpointFormat::kZip ? write_zip(hashed, root) : write_legacy(hashed, root);
  return hashed.finish();
}

WrittenCheckpoint write_checkpoint(const std::filesystem::path& path, const PythonValue& root,
                                   CheckpointFormat format, ExistingFile existing) {
  AtomicFile file(path);
  const WrittenCheckpoint written = write_checkpoint(file, root, format);
  file.commit(existing);
  return written;
}

}  // namespace harness
