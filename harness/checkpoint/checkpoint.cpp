#include "harness/checkpoint/checkpoint.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/ordered_object.h"
#include "harness/base/unicode.h"
#include "harness/checkpoint/pickle/pickle_json.h"
#include "harness/checkpoint/zip/zip_reader.h"

namespace harness {

struct Checkpoint::Contents {
  void keep(MappedFile mapped) {
    file.emplace(std::move(mapped)).check_unchanged();
    for (auto* tensors : {&state_dict, &other_tensors}) {
      for (TensorView& tensor : *tensors) tensor.file = &*file;
    }
  }

  std::optional<MappedFile> file;  ///< None where the bytes are the caller's.
  std::size_t size = 0;
  std::string subject;
  std::vector<StoredChecksum> checksums;
  CheckpointFormat format = CheckpointFormat::kLegacy;
  std::vector<TensorView> state_dict;
  std::vector<TensorView> other_tensors;
  Json state_dict_values = Json::object();
  Json top_level;
};

namespace {

constexpr std::string_view kStateDict = "state_dict";

/// What all tensors may take once packed, in files' sizes: a view repeats elements, a stride of 0
/// does so without limit.
constexpr std::size_t kMaxRepeats = 8;
constexpr std::size_t kSmallFile = std::size_t{8} << 20;

/// Divides the values of a file into state dict, other tensors and JSON.
class TensorPartition {
 public:
  TensorPartition(const StoredPickle& stored, const std::string& subject, std::size_t file_size)
      : stored_(stored),
        subject_(subject),
        json_(stored.tree, subject),
        bytes_left_(kMaxRepeats * std::max(file_size, kSmallFile)) {}

  const PickleValue& root() const { return stored_.tree[stored_.tree.root]; }

  /// The last value of the key, as in Python; kNoValue when the root is no dict or has no such key.
  ValueId state_dict_value() const {
    ValueId value = kNoValue;
    if (root().kind != PickleKind::kDict) return value;
    for (std::size_t index = 0; index + 1 < root().items.size(); index += 2) {
      const PickleValue& key = stored_.tree[root().items[index]];
      if (key.kind == PickleKind::kString && key.text == kStateDict)
        value = root().items[index + 1];
    }
    return value;
  }

  /// The JSON of every top-level entry but the state dict.
  Json convert_others() {
    OrderedObject object;
    for (std::size_t index = 0; index + 1 < root().items.size(); index += 2) {
      const std::string key = key_text(stored_.tree, root().items[index]);
      if (key != kStateDict) object.set(key, json_.convert(root().items[index + 1], key));
    }
    return object.take();
  }

  Json convert_root(const std::string& name) { return json_.convert(stored_.tree.root, name); }

  /// Converts a mapping entry by entry; returns those that hold no tensor.
  Json convert_state_dict(ValueId id) {
    const PickleValue& dict = stored_.tree[id];
    if (dict.kind != PickleKind::kDict) {
      fail("state_dict: expected a dict, got " + std::string(describe(dict.kind)));
    }
    OrderedObject values;
    for (std::size_t index = 0; index + 1 < dict.items.size(); index += 2) {
      const std::string key = key_text(stored_.tree, dict.items[index]);
      const std::size_t before = json_.tensors().size();
      Json value = json_.convert(dict.items[index + 1], key);
      if (json_.tensors().size() == before) values.set(key, std::move(value));
    }
    return values.take();
  }

  /// The tensors that were met since the last call, each bound to its bytes.
  std::vector<TensorView> take_tensors() {
    std::vector<TensorView> views;
    std::unordered_set<std::string> names;
    for (NamedTensor& named : std::exchange(json_.tensors(), {})) {
      if (!names.insert(named.name).second) {
        fail(named.name + ": expected each name once, got it twice");
      }
      views.push_back(view_of(std::move(named)));
    }
    return views;
  }

 private:
  [[noreturn]] void fail(const std::string& detail) const {
    throw Error(ErrorCode::kInvalidFile, subject_, for_message(detail));
  }

  TensorView view_of(NamedTensor named) {
    const PickledTensor& tensor = stored_.tree.tensors[named.index];
    TensorView view{.name = std::move(named.name),
                    .dtype = tensor.dtype,
                    .shape = tensor.shape,
                    .strides = tensor.strides,
                    .offset = tensor.offset,
                    .storage = tensor.storage,
                    .storage_bytes = stored_.storages[tensor.storage]};
    if (view.packed_size() > bytes_left_) {
      fail(view.name + ": expected tensors that take at most " + std::to_string(kMaxRepeats) +
           " times the file's size once packed, got more");
    }
    bytes_left_ -= view.packed_size();
    return view;
  }

  const StoredPickle& stored_;
  const std::string& subject_;
  PickleToJson json_;
  std::size_t bytes_left_;
};

}  // namespace

Checkpoint Checkpoint::open(const std::filesystem::path& path) {
  return read(MappedFile(path), path.string());
}

Checkpoint Checkpoint::read(MappedFile file, const std::string& subject) {
  try {
    Checkpoint checkpoint = read(file.bytes(), subject);
    checkpoint.contents_->keep(std::move(file));
    return checkpoint;
  } catch (const Error&) {
    // Of what is wrong with zeros in the place of bytes nobody wants to hear.
    file.check_unchanged();
    throw;
  }
}

Checkpoint Checkpoint::read(std::span<const std::byte> bytes, const std::string& subject) {
  auto contents = std::make_unique<Contents>();
  contents->size = bytes.size();
  contents->subject = subject;
  FormattedPickle file = read_either_format(bytes, subject);
  contents->format = file.format;
  contents->checksums = std::move(file.stored.checksums);
  TensorPartition partition(file.stored, subject, bytes.size());
  const ValueId state_dict = partition.state_dict_value();
  if (state_dict != kNoValue) {
    contents->state_dict_values = partition.convert_state_dict(state_dict);
    contents->state_dict = partition.take_tensors();
    contents->top_level = partition.convert_others();
    contents->other_tensors = partition.take_tensors();
  } else if (partition.root().kind == PickleKind::kDict) {
    contents->top_level = partition.convert_root("");
    contents->state_dict = partition.take_tensors();
  } else {
    contents->top_level =
        partition.convert_root(partition.root().kind == PickleKind::kTensor ? "tensor" : "");
    contents->other_tensors = partition.take_tensors();
  }
  return Checkpoint(std::move(contents));
}

Checkpoint::Checkpoint(std::unique_ptr<Contents> contents) : contents_(std::move(contents)) {}
Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;
Checkpoint& Checkpoint::operator=(Checkpoint&&) noexcept = default;
Checkpoint::~Checkpoint() = default;

CheckpointFormat Checkpoint::format() const noexcept {
  return contents_->format;
}

std::uintmax_t Checkpoint::file_size() const noexcept {
  return contents_->size;
}

void Checkpoint::verify_checksums() const {
  for (const StoredChecksum& stored : contents_->checksums) {
    const std::uint32_t actual = crc32_of(stored.bytes);
    if (contents_->file) contents_->file->check_unchanged();
    if (actual == stored.crc32) continue;
    throw Error(ErrorCode::kInvalidFile, contents_->subject,
                "zip: " + for_message(stored.name) + ": expected CRC-32 " +
                    std::to_string(stored.crc32) + ", got " + std::to_string(actual) +
                    ": the bytes are not those that were saved");
  }
}

const std::vector<TensorView>& Checkpoint::state_dict() const noexcept {
  return contents_->state_dict;
}

const std::vector<TensorView>& Checkpoint::other_tensors() const noexcept {
  return contents_->other_tensors;
}

const Json& Checkpoint::state_dict_values() const noexcept {
  return contents_->state_dict_values;
}

const Json& Checkpoint::top_level() const noexcept {
  return contents_->top_level;
}

const Json& Checkpoint::meta() const noexcept {
  static const Json kNull;
  const Json& top = contents_->top_level;
  const auto found = top.is_object() ? top.find("meta") : top.end();
  return found == top.end() ? kNull : *found;
}

}  // namespace harness
