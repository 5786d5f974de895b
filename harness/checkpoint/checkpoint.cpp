#include "harness/checkpoint/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/ordered_object.h"
#include "harness/base/unicode.h"
#include "harness/checkpoint/numpy_weights.h"
#include "harness/checkpoint/pickle/pickle_json.h"
#include "harness/checkpoint/state_dict_search.h"
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
  std::string state_dict_path;
  std::vector<std::string> optimizers;
  std::vector<UnreadTensor> unread;
  std::vector<UnknownCode> code;
  /// Of tensors whose elements stand in the pickle, which does not outlive the reading.
  std::vector<std::shared_ptr<const std::string>> inside;
  Json state_dict_values = Json::object();
  Json top_level;
};

namespace {

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
        weights_json_(stored.tree, subject),
        file_json_(stored.tree, subject),
        bytes_left_(kMaxRepeats * std::max(file_size, kSmallFile)) {}

  /// Converts the weights; returns those entries that hold no tensor.
  Json convert_weights(const StateDictPlace& place) {
    OrderedObject values;
    for (const auto& [name, value] : place.weights) {
      const std::size_t before = weights_json_.tensors().size();
      Json json = weights_json_.convert(value, name);
      if (weights_json_.tensors().size() == before) values.set(name, std::move(json));
    }
    for (const NamedTensor& weight : weights_json_.tensors()) weights_.insert(weight.index);
    return values.take();
  }

  /// The JSON of the whole file, without the dict of the weights. Its tensors that are no weights
  /// are kept for take_others().
  Json convert_file(const StateDictPlace& place) {
    file_json_.leave_out(place.container);
    Json json = file_json_.convert(stored_.tree.root, "");
    std::erase_if(file_json_.tensors(),
                  [&](const NamedTensor& tensor) { return weights_.contains(tensor.index); });
    return json;
  }

  /// What stands in the dict of the weights, which the JSON of the file leaves out, and is none.
  void convert_optimizers(const StateDictPlace& place, Json& values) {
    for (const auto& [key, value] : place.optimizers) {
      Json json = file_json_.convert(value, fmt::format("{}.{}", place.path, key));
      if (values.is_object()) values[key] = std::move(json);
    }
  }

  std::vector<TensorView> take_weights() { return take_tensors(weights_json_); }
  std::vector<TensorView> take_others() { return take_tensors(file_json_); }

  /// Those of the weights by their names, then those that are none.
  std::vector<UnreadTensor> take_unread() {
    std::vector<UnreadTensor> unread = std::exchange(weights_json_.unread(), {});
    const auto& all = file_json_.unread();
    if (unread.empty()) unread = all;
    unread.insert(unread.end(), too_large_.begin(), too_large_.end());
    return unread;
  }

 private:
  /// The tensors that were met, each bound to its bytes.
  std::vector<TensorView> take_tensors(PickleToJson& json) {
    std::vector<TensorView> views;
    std::unordered_set<std::string> names;
    for (NamedTensor& named : std::exchange(json.tensors(), {})) {
      if (!names.insert(named.name).second) {
        fail(fmt::format("{}: expected each name once, got it twice", named.name));
      }
      TensorView view = view_of(std::move(named));
      // An expanded tensor must not fill the memory of whoever reads it, nor cost the others.
      if (view.packed_size() > bytes_left_) {
        too_large_.push_back(
            {view.name, fmt::format("{}, more than {} times the file's size once packed,",
                                    describe(view.dtype, view.shape), kMaxRepeats)});
        continue;
      }
      bytes_left_ -= view.packed_size();
      views.push_back(std::move(view));
    }
    return views;
  }

  [[noreturn]] void fail(const std::string& detail) const {
    throw Error(ErrorCode::kInvalidFile, subject_, for_message(detail));
  }

  TensorView view_of(NamedTensor named) const {
    const PickledTensor& tensor = stored_.tree.tensors[named.index];
    TensorView view{.name = std::move(named.name),
                    .dtype = tensor.dtype,
                    .shape = tensor.shape,
                    .strides = tensor.strides,
                    .offset = tensor.offset,
                    .storage = tensor.storage,
                    .storage_bytes = stored_.storages[tensor.storage]};
    return view;
  }

  const StoredPickle& stored_;
  const std::string& subject_;
  PickleToJson weights_json_;
  PickleToJson file_json_;
  std::size_t bytes_left_;
  std::vector<UnreadTensor> too_large_;
  std::unordered_set<std::size_t> weights_;  ///< By their indices in the tree.
};

StateDictPlace search(const PickleTree& tree, const std::string& subject) {
  try {
    return find_state_dict(tree);
  } catch (const std::logic_error& failure) {
    throw Error(ErrorCode::kInvalidFile, subject, failure.what());
  }
}

}  // namespace

Checkpoint Checkpoint::open(const std::filesystem::path& path, OnCode on_code) {
  return read(MappedFile(path), path.string(), on_code);
}

Checkpoint Checkpoint::read(MappedFile file, const std::string& subject, OnCode on_code) {
  try {
    Checkpoint checkpoint = read(file.bytes(), subject, on_code);
    checkpoint.contents_->keep(std::move(file));
    return checkpoint;
  } catch (const Error&) {
    // Of what is wrong with zeros in the place of bytes nobody wants to hear.
    file.check_unchanged();
    throw;
  }
}

Checkpoint Checkpoint::read(std::span<const std::byte> bytes, const std::string& subject,
                            OnCode on_code) {
  FormattedPickle file = read_either_format(bytes, subject);
  const UnknownCodeList& code = file.stored.tree.code;
  if (on_code == OnCode::kRefuse) refuse_what_runs(code, subject);
  try {
    return Checkpoint(contents_of(file, bytes.size(), subject));
  } catch (const Error& failure) {
    refuse_what_runs(code, subject, failure.detail());
    throw;
  }
}

std::unique_ptr<Checkpoint::Contents> Checkpoint::contents_of(FormattedPickle& file,
                                                              std::size_t size,
                                                              const std::string& subject) {
  auto contents = std::make_unique<Contents>();
  contents->size = size;
  contents->subject = subject;
  contents->format = file.format;
  contents->checksums = std::move(file.stored.checksums);
  const PickleTree& tree = file.stored.tree;
  contents->code = tree.code.found();
  contents->optimizers = find_optimizers(tree);
  for (const PickledStorage& storage : tree.storages) {
    if (storage.inside) contents->inside.push_back(storage.inside);
  }
  const StateDictPlace place = search(tree, subject);
  contents->state_dict_path = place.path;
  TensorPartition partition(file.stored, subject, size);
  Json values = partition.convert_weights(place);
  contents->state_dict = partition.take_weights();
  // Where the root itself holds the weights, what is none of them stands in top_level.
  contents->top_level = partition.convert_file(place);
  if (place.container != kNoValue) {
    partition.convert_optimizers(place, values);
    contents->state_dict_values = std::move(values);
  }
  contents->other_tensors = partition.take_others();
  contents->unread = partition.take_unread();
  if (contents->state_dict.empty() && contents->unread.empty()) {
    contents->unread = numpy_weights(contents->top_level, contents->state_dict_values);
  }
  return contents;
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
    throw Error(
        ErrorCode::kInvalidFile, contents_->subject,
        fmt::format("zip: {}: expected CRC-32 {}, got {}: the bytes are not those that were "
                    "saved",
                    for_message(stored.name), stored.crc32, actual));
  }
}

const std::vector<TensorView>& Checkpoint::state_dict() const noexcept {
  return contents_->state_dict;
}

const std::string& Checkpoint::state_dict_path() const noexcept {
  return contents_->state_dict_path;
}

const std::vector<std::string>& Checkpoint::optimizers() const noexcept {
  return contents_->optimizers;
}

const std::vector<UnreadTensor>& Checkpoint::unread_tensors() const noexcept {
  return contents_->unread;
}

const std::vector<UnknownCode>& Checkpoint::unknown_code() const noexcept {
  return contents_->code;
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
