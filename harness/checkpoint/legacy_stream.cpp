#include "harness/checkpoint/legacy_stream.h"

#include <fmt/format.h>

#include <string_view>
#include <unordered_map>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/unicode.h"
#include "harness/checkpoint/byte_cursor.h"
#include "harness/checkpoint/pickle/pickle_json.h"
#include "harness/checkpoint/pickle/pickle_opcodes.h"
#include "harness/checkpoint/pickle/unpickler.h"

namespace harness {
namespace {

/// torch/serialization.py: MAGIC_NUMBER and PROTOCOL_VERSION.
constexpr std::string_view kMagic = "0x1950a86a20f9469cfc6c";
constexpr std::string_view kMagicInDecimal = "119547037146038801333356";
constexpr std::int64_t kProtocol = 1001;
/// The magic number as pickles of protocol 0 and 1 write it, which have no mark of their own.
constexpr std::string_view kPlainMagic = "L119547037146038801333356L\n.";

class LegacyStream {
 public:
  LegacyStream(std::span<const std::byte> file, const std::string& subject)
      : file_(file), subject_(subject) {}

  StoredPickle read() {
    try {
      return read_all();
    } catch (const Error& failure) {
      refuse_what_runs(code_, subject_, failure.detail());
      throw;
    }
  }

 private:
  StoredPickle read_all() {
    check_header();
    StoredPickle stored;
    stored.tree = next_pickle();
    read_storages(stored, next_pickle());
    stored.tree.code = std::move(code_);
    return stored;
  }

  [[noreturn]] void fail(const std::string& detail) const {
    throw Error(ErrorCode::kInvalidFile, subject_, "legacy stream: " + for_message(detail));
  }

  PickleTree next_pickle() {
    Unpickled unpickled = unpickle(file_.subspan(position_), subject_, position_);
    position_ += unpickled.size;
    code_.add_all(unpickled.tree.code);
    return std::move(unpickled.tree);
  }

  void check_header() {
    const PickleTree magic = next_pickle();
    const PickleValue& number = magic[magic.root];
    if (number.kind != PickleKind::kBigInt ||
        (number.text != kMagic && number.text != kMagicInDecimal)) {
      fail(
          fmt::format("expected the magic number of torch.save, {}, got {}: a plain pickle, as "
                      "model zoos of numpy arrays have, and no checkpoint of torch.save",
                      kMagic, describe(number.kind)));
    }
    const PickleTree protocol = next_pickle();
    const PickleValue& version = protocol[protocol.root];
    if (version.kind != PickleKind::kInt || version.integer != kProtocol) {
      fail(fmt::format("expected protocol {}, got {}", kProtocol,
                       key_text(protocol, protocol.root)));
    }
    const PickleTree system = next_pickle();
    const PickleValue* little = find(system, "little_endian");
    if (little == nullptr || little->kind != PickleKind::kBool || little->integer != 1) {
      fail("expected little_endian to be True, got another value");
    }
  }

  static const PickleValue* find(const PickleTree& tree, std::string_view key) {
    const PickleValue& dict = tree[tree.root];
    if (dict.kind != PickleKind::kDict) return nullptr;
    for (std::size_t index = 0; index + 1 < dict.items.size(); index += 2) {
      const PickleValue& name = tree[dict.items[index]];
      if (name.kind == PickleKind::kString && name.text == key) {
        return &tree[dict.items[index + 1]];
      }
    }
    return nullptr;
  }

  void read_storages(StoredPickle& stored, const PickleTree& keys) {
    std::unordered_map<std::string, std::size_t> index_of;
    for (std::size_t index = 0; index < stored.tree.storages.size(); ++index) {
      const PickledStorage& storage = stored.tree.storages[index];
      if (!storage.inside) index_of.emplace(storage.key, index);
    }
    if (keys[keys.root].kind != PickleKind::kList) fail("expected a list of storage keys");
    for (const PickledStorage& storage : stored.tree.storages) {
      stored.storages.push_back(storage.inside ? bytes_inside(storage)
                                               : std::span<const std::byte>());
    }
    ByteCursor cursor(file_.subspan(position_), subject_, position_);
    for (const ValueId id : keys[keys.root].items) {
      const std::string key = key_text(keys, id);
      const auto found = index_of.find(key);
      if (found == index_of.end()) {
        fail(
            fmt::format("storage '{}': expected each key once and a tensor for it, got it twice or "
                        "without a tensor",
                        key));
      }
      stored.storages[found->second] = next_storage(cursor, stored.tree, found->second);
      index_of.erase(found);
    }
    if (!index_of.empty()) {
      const auto& [key, index] = *index_of.begin();
      fail(fmt::format("expected the elements of storage '{}'{}, got none", key,
                       owner_text(stored.tree, index)));
    }
    if (cursor.remaining() != 0) {
      fail(fmt::format("expected the file to end after the last storage, got {} bytes more",
                       cursor.remaining()));
    }
  }

  std::span<const std::byte> next_storage(ByteCursor& cursor, const PickleTree& tree,
                                          std::size_t index) const {
    const PickledStorage& storage = tree.storages[index];
    const auto count = cursor.take_number<std::int64_t>();
    if (count != storage.elements) {
      fail(fmt::format("storage '{}'{}: expected {} elements, got {}", storage.key,
                       owner_text(tree, index), storage.elements, count));
    }
    const std::size_t size = storage_size(storage);
    if (size > cursor.remaining()) {
      fail(fmt::format("truncated in storage '{}'{}: expected {} bytes, got {}", storage.key,
                       owner_text(tree, index), size, cursor.remaining()));
    }
    return cursor.take(size);
  }

  std::span<const std::byte> file_;
  const std::string& subject_;
  std::size_t position_ = 0;
  UnknownCodeList code_;  ///< Of all the pickles.
};

}  // namespace

bool is_legacy_stream(std::span<const std::byte> file) noexcept {
  if (file.empty()) return false;
  if (file[0] == static_cast<std::byte>(Opcode::kProto)) return true;
  const std::string_view start(reinterpret_cast<const char*>(file.data()), file.size());
  return start.starts_with(kPlainMagic);
}

StoredPickle read_legacy_stream(std::span<const std::byte> file, const std::string& subject) {
  return LegacyStream(file, subject).read();
}

}  // namespace harness
