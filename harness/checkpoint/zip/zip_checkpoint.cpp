#include "harness/checkpoint/zip/zip_checkpoint.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "harness/base/error.h"
#include "harness/base/text.h"
#include "harness/base/unicode.h"
#include "harness/checkpoint/pickle/unpickler.h"
#include "harness/checkpoint/zip/zip_reader.h"

namespace harness {
namespace {

constexpr std::size_t kMaxPickle = std::size_t{64} << 20;
constexpr std::size_t kMaxNote = 64;  ///< version and byteorder are one word each.
constexpr int kNewestVersion = 10;    ///< PyTorch 2.11, caffe2/serialize/versions.h.

class ZipCheckpoint {
 public:
  ZipCheckpoint(std::span<const std::byte> file, const std::string& subject)
      : subject_(subject), zip_(file, subject), prefix_(find_prefix()) {}

  StoredPickle read() const {
    check_kind();
    check_version();
    check_byte_order();
    StoredPickle stored;
    stored.pickle =
        std::make_unique<const std::string>(zip_.read_small(entry("data.pkl"), kMaxPickle));
    Unpickled unpickled = unpickle(std::as_bytes(std::span(*stored.pickle)), subject_);
    if (unpickled.size != stored.pickle->size()) {
      const std::string tail = fmt::format("data.pkl: expected one pickle, got {} bytes after it",
                                           stored.pickle->size() - unpickled.size);
      refuse_what_runs(unpickled.tree.code, subject_, tail);
      fail(tail);
    }
    stored.tree = std::move(unpickled.tree);
    try {
      find_storages(stored);
    } catch (const Error& failure) {
      refuse_what_runs(stored.tree.code, subject_, failure.detail());
      throw;
    }
    return stored;
  }

 private:
  void find_storages(StoredPickle& stored) const {
    for (std::size_t index = 0; index < stored.tree.storages.size(); ++index) {
      const PickledStorage& storage = stored.tree.storages[index];
      if (storage.inside) {
        stored.storages.push_back(bytes_inside(storage));
        continue;
      }
      const ZipEntry& record = record_of(stored.tree, index);
      stored.storages.push_back(zip_.stored_bytes(record));
      // PyTorch writes 0 when it was told not to compute checksums.
      if (record.crc32 != 0) {
        stored.checksums.push_back({record.name, stored.storages.back(), record.crc32});
      }
    }
  }

  [[noreturn]] void fail(const std::string& detail) const {
    throw Error(ErrorCode::kInvalidFile, subject_, "zip: " + for_message(detail));
  }

  /// "archive/" of the one entry "archive/data.pkl". PyTorch refuses an archive with entries
  /// outside the folder of its first one.
  std::string find_prefix() const {
    constexpr std::string_view kPickle = "/data.pkl";
    std::string prefix;
    for (const ZipEntry& entry : zip_.entries()) {
      const std::size_t slash = entry.name.find('/');
      if (slash == std::string::npos || lower_case(entry.name.substr(slash)) != kPickle) continue;
      if (!prefix.empty()) {
        fail(fmt::format("expected one data.pkl, got {} and {}", prefix, entry.name));
      }
      prefix = entry.name.substr(0, slash + 1);
    }
    if (prefix.empty()) fail_without_pickle();
    for (const ZipEntry& entry : zip_.entries()) {
      if (entry.name.starts_with(prefix)) continue;
      fail(fmt::format("expected all entries in the folder {} of data.pkl, got {}", prefix,
                       entry.name));
    }
    return prefix;
  }

  /// Mail programs and file stores pack a checkpoint into another archive.
  [[noreturn]] void fail_without_pickle() const {
    std::string detail =
        "expected an entry <name>/data.pkl, got none: a zip archive that is no PyTorch checkpoint";
    for (const ZipEntry& entry : zip_.entries()) {
      const std::string name = lower_case(entry.name);
      for (const char* ending : {".pth", ".pth.tar", ".pt", ".ckpt", ".bin", ".pkl"}) {
        if (name.ends_with(ending))
          fail(fmt::format("{}, but holds {}: unpack it", detail, entry.name));
      }
    }
    fail(detail);
  }

  const ZipEntry& entry(const std::string& name) const {
    const ZipEntry* found = zip_.find(prefix_ + name);
    if (found == nullptr) fail(fmt::format("expected an entry {}{}, got none", prefix_, name));
    return *found;
  }

  void check_kind() const {
    if (zip_.find(prefix_ + "constants.pkl") != nullptr) {
      fail("expected a checkpoint of torch.save, got a TorchScript program");
    }
  }

  void check_version() const {
    // Versions from 6 on, which only TorchScript needs, stand in the second of these.
    const ZipEntry* newer = zip_.find(prefix_ + ".data/version");
    const std::string text = zip_.read_small(newer ? *newer : entry("version"), kMaxNote);
    int version = 0;
    std::from_chars(text.data(), text.data() + text.size(), version);
    if (version < 1 || version > kNewestVersion) {
      fail(fmt::format("version: expected 1 to {}, got {}", kNewestVersion, version));
    }
  }

  void check_byte_order() const {
    const ZipEntry* found = zip_.find(prefix_ + "byteorder");
    if (found == nullptr) return;
    const std::string order = zip_.read_small(*found, kMaxNote);
    if (order != "little") {
      fail(fmt::format("byteorder: expected little, got {}", order == "big" ? "big" : "another"));
    }
  }

  const ZipEntry& record_of(const PickleTree& tree, std::size_t index) const {
    const PickledStorage& storage = tree.storages[index];
    const ZipEntry* found = zip_.find(prefix_ + "data/" + storage.key);
    if (found == nullptr) {
      fail(fmt::format("expected an entry data/{}{}, got none", storage.key,
                       owner_text(tree, index)));
    }
    const auto bytes = zip_.stored_bytes(*found);
    if (bytes.size() != storage_size(storage)) {
      fail(fmt::format("{}{}: expected {} bytes for {} elements, got {}", found->name,
                       owner_text(tree, index), storage_size(storage), storage.elements,
                       bytes.size()));
    }
    return *found;
  }

  const std::string& subject_;
  ZipReader zip_;
  std::string prefix_;
};

}  // namespace

StoredPickle read_zip_checkpoint(std::span<const std::byte> file, const std::string& subject) {
  return ZipCheckpoint(file, subject).read();
}

}  // namespace harness
