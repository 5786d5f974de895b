#include "harness/table/import/metafile.h"

#include <functional>

#include <yaml-cpp/yaml.h>

#include "harness/base/error.h"
#include "harness/table/json_checks.h"

namespace harness {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{4} << 20;

/// A node with its place, so that every message can name file, line and key.
class Place {
 public:
  Place(YAML::Node node, std::string_view subject, std::string key, std::int64_t parent_line = 1)
      : node_(std::move(node)), subject_(subject), key_(std::move(key)) {
    line_ = node_.Mark().is_null() ? parent_line : node_.Mark().line + 1;
  }

  const YAML::Node& node() const { return node_; }
  const std::string& key() const { return key_; }
  /// Of an absent value: the line of the map that lacks it.
  std::int64_t line() const { return line_; }
  bool is_absent() const { return !node_.IsDefined() || node_.IsNull(); }

  [[noreturn]] void fail(const std::string& detail) const {
    throw Error(ErrorCode::kInvalidTable, std::string(subject_) + ":" + std::to_string(line()),
                (key_.empty() ? "" : key_ + ": ") + detail);
  }

  /// The value under `name`; an absent one when this is null. Throws when this is no map.
  Place child(const std::string& name) const {
    const std::string path = key_.empty() ? name : key_ + "." + name;
    if (is_absent()) return {YAML::Node(), subject_, path, line_};
    if (!node_.IsMap()) fail("expected a map, got " + kind());
    const YAML::Node found = node_[name];
    return {found.IsDefined() ? found : YAML::Node(), subject_, path, line_};
  }

  /// The items of a list; a map or scalar counts as a list of one, an absent value as none.
  std::vector<Place> items() const {
    if (is_absent()) return {};
    if (!node_.IsSequence()) return {*this};
    std::vector<Place> places;
    for (std::size_t i = 0; i < node_.size(); ++i) {
      places.emplace_back(node_[i], subject_, key_ + "[" + std::to_string(i) + "]");
    }
    return places;
  }

  std::string kind() const {
    if (node_.IsMap()) return "a map";
    if (node_.IsSequence()) return "a list";
    return is_absent() ? "nothing" : in_quotes(node_.Scalar());
  }

 private:
  YAML::Node node_;
  std::string_view subject_;
  std::string key_;
  std::int64_t line_ = 1;
};

std::string text_of(const Place& place) {
  if (place.is_absent()) return "";
  if (!place.node().IsScalar()) place.fail("expected a text, got " + place.kind());
  return place.node().Scalar();
}

std::optional<MetafileText> optional_text(const Place& place) {
  std::string text = text_of(place);
  if (text.empty()) return std::nullopt;
  return MetafileText{std::move(text), place.line(), place.key()};
}

std::optional<MetafileNumber> optional_number(const Place& place) {
  const std::string text = text_of(place);
  // "None" is what a Python program writes for a "-" of the table.
  if (is_not_published(text) || text == "None") return std::nullopt;
  const auto number = parse_printed_number(text);
  if (!number) place.fail("expected a number, got " + place.kind());
  return MetafileNumber{*number, place.line(), place.key()};
}

MetafileNumber milliseconds_at(const Place& value) {
  const auto milliseconds = optional_number(value);
  if (!milliseconds || !(milliseconds->number.value > 0.0)) {
    value.fail("expected milliseconds above 0, got " + value.kind());
  }
  return *milliseconds;
}

MetafileTiming read_timing(const Place& place) {
  MetafileTiming timing;
  if (place.node().IsScalar()) {
    timing.milliseconds = milliseconds_at(place);
    return timing;
  }
  timing.milliseconds = milliseconds_at(place.child("value"));
  timing.hardware = text_of(place.child("hardware"));
  timing.backend = text_of(place.child("backend"));
  timing.mode = text_of(place.child("mode"));
  const Place batch = place.child("batch size");
  if (!batch.is_absent()) {
    timing.batch_size = parse_iterations(text_of(batch));
    if (!timing.batch_size) batch.fail("expected an integer of at least 1, got " + batch.kind());
  }
  const Place resolution = place.child("resolution");
  if (!resolution.is_absent()) {
    timing.resolution = parse_size(text_of(resolution));
    if (!timing.resolution) resolution.fail("expected (height,width), got " + resolution.kind());
  }
  return timing;
}

void read_metadata(const Place& metadata, MetafileModel& model) {
  model.backbone = text_of(metadata.child("backbone"));
  const auto architecture = metadata.child("Architecture").items();
  if (model.backbone.empty() && !architecture.empty()) {
    model.backbone = text_of(architecture.front());
  }
  model.crop_size = optional_text(metadata.child("crop size"));
  model.schedule = optional_text(metadata.child("lr schd"));
  model.training_hardware = text_of(metadata.child("Training Resources"));
  for (const char* key : {"Training Memory (GB)", "memory (GB)", "Memory (GB)"}) {
    if (!model.memory) model.memory = optional_number(metadata.child(key));
  }
  for (const Place& timing : metadata.child("inference time (ms/im)").items()) {
    const bool is_absent = timing.node().IsScalar() && !optional_number(timing);
    if (!is_absent) model.timings.push_back(read_timing(timing));
  }
}

/// The metrics of the one result that counts classes' overlap; other tasks have other metrics.
void read_results(const Place& results, MetafileModel& model) {
  for (const Place& result : results.items()) {
    const Place metrics = result.child("Metrics");
    const auto miou = optional_number(metrics.child("mIoU"));
    const auto ms_flip = optional_number(metrics.child("mIoU(ms+flip)"));
    if ((miou && model.miou) || (ms_flip && model.miou_ms_flip)) {
      metrics.fail("expected one mIoU for a model, got a second one");
    }
    if (miou) model.miou = miou;
    if (ms_flip) model.miou_ms_flip = ms_flip;
  }
}

MetafileModel read_model(const Place& place) {
  MetafileModel model;
  if (!place.node().IsMap()) place.fail("expected a map, got " + place.kind());
  model.line = place.line();
  model.name = text_of(place.child("Name"));
  if (model.name.empty()) place.child("Name").fail("expected a text, got nothing");
  model.collection = text_of(place.child("In Collection"));
  model.config = optional_text(place.child("Config"));
  model.weights = optional_text(place.child("Weights"));
  model.log = optional_text(place.child("Training log"));
  read_metadata(place.child("Metadata"), model);
  read_results(place.child("Results"), model);
  return model;
}

YAML::Node load(std::string_view text, std::string_view subject) {
  if (text.size() > kMaxBytes) {
    throw Error(ErrorCode::kInvalidTable, subject,
                "expected at most 4 MiB, got " + std::to_string(text.size()) + " bytes");
  }
  try {
    return YAML::Load(std::string(text));
  } catch (const YAML::Exception& failure) {
    throw Error(ErrorCode::kInvalidTable,
                std::string(subject) + ":" + std::to_string(failure.mark.line + 1),
                "expected YAML, got: " + failure.msg);
  }
}

}  // namespace

std::vector<MetafileModel> read_metafile(std::string_view text, std::string_view subject) {
  const YAML::Node document = load(text, subject);
  try {
    const Place models = Place(document, subject, "").child("Models");
    if (!models.node().IsSequence() || models.node().size() == 0) {
      models.fail("expected a list of at least one model, got " + models.kind());
    }
    std::vector<MetafileModel> read;
    for (const Place& model : models.items()) read.push_back(read_model(model));
    return read;
  } catch (const YAML::Exception& failure) {
    throw Error(ErrorCode::kInvalidTable, subject, "expected a metafile, got: " + failure.msg);
  }
}

}  // namespace harness
