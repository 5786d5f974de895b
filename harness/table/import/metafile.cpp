#include "harness/table/import/metafile.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/yaml.h>

#include "harness/base/error.h"
#include "harness/base/text.h"
#include "harness/table/data_set_conditions.h"
#include "harness/table/import/cell_value.h"
#include "harness/table/import/metafile_place.h"
#include "harness/table/import/table_columns.h"
#include "harness/table/import/yaml_aliases.h"
#include "harness/table/json_checks.h"

namespace harness {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{4} << 20;
/// What the aliases of a small file may stand for.
constexpr std::size_t kMostAliases = std::size_t{64} << 10;

using Place = MetafilePlace;

/// Reads one model and notes what of it cannot be read.
class ModelReader {
 public:
  explicit ModelReader(const Place& place) : place_(place) {}

  MetafileModel read() {
    model_.line = place_.line();
    model_.name = text(place_.child("Name"), "");
    model_.collection = text(place_.child("In Collection"), "");
    model_.config = optional_text(place_.child("Config"), "config");
    model_.weights = optional_text(place_.child("Weights"), "hash");
    model_.log = optional_text(place_.child("Training log"), "log.config");
    for (const auto& [key, value] : place_.entries()) note_misspelt(key, value);
    for (const Place& merge : place_.broken_merges()) {
      refuse(merge, "",
             merge.is_repeated() ? "the key once" : "a map or a list of maps to be merged");
    }
    read_metadata(map_under(place_, "Metadata"));
    read_results(place_.child("Results"));
    return std::move(model_);
  }

 private:
  void refuse(const Place& value, const char* claim, std::string expected,
              bool impossible = false) {
    model_.unread.push_back(
        {claim, {value.shown(), value.line(), value.key()}, std::move(expected), impossible});
  }

  /// The map under `name`; an absent one where something else stands there.
  Place map_under(const Place& parent, const std::string& name, const char* claim = "") {
    Place child = parent.child(name);
    if (child.is_repeated()) refuse(child, claim, "the key once");
    if (child.is_absent() || child.node().IsMap()) return child;
    refuse(child, claim, "a map");
    return child.absent();
  }

  std::string text(const Place& place, const char* claim) {
    if (place.is_repeated()) {
      refuse(place, claim, "the key once");
      return "";
    }
    if (place.is_absent()) return "";
    if (place.node().IsScalar()) return place.node().Scalar();
    refuse(place, claim, "a text");
    return "";
  }

  std::optional<MetafileText> optional_text(const Place& place, const char* claim) {
    std::string value = text(place, claim);
    if (value.empty()) return std::nullopt;
    return MetafileText{std::move(value), place.line(), place.key()};
  }

  /// Nothing for a value that is not published or cannot be read as the claim's.
  std::optional<MetafileNumber> number(const Place& place, const char* claim) {
    const std::string printed = text(place, claim);
    CellValue cell = read_cell(claim, printed);
    if (!cell.fact) {
      refuse(place, claim, std::move(cell.expected), cell.impossible);
      return std::nullopt;
    }
    if (cell.fact->value.is_null()) return std::nullopt;
    return MetafileNumber{{cell.fact->value.get<double>(), cell.fact->digits},
                          place.line(),
                          place.key(),
                          cell.fact->conditions};
  }

  std::optional<MetafileNumber> speed(const Place& place, bool is_fps) {
    if (is_fps) return number(place, "fps");
    const std::string printed = text(place, "fps");
    if (is_not_published(printed)) return std::nullopt;
    const auto milliseconds = parse_marked_number(printed, {"ms"});
    if (milliseconds && milliseconds->number.value > 0.0) {
      return MetafileNumber{milliseconds->number, place.line(), place.key(), Json::object()};
    }
    refuse(place, "fps", "milliseconds above 0", milliseconds.has_value());
    return std::nullopt;
  }

  void read_timing(const Place& place, bool is_fps) {
    const bool is_map = !place.is_absent() && place.node().IsMap();
    const auto read = speed(is_map ? place.child("value") : place, is_fps);
    if (!read) return;
    MetafileTiming timing;
    timing.number = *read;
    timing.is_fps = is_fps;
    if (is_map) read_circumstances(place, timing);
    model_.timings.push_back(std::move(timing));
  }

  void read_circumstances(const Place& place, MetafileTiming& timing) {
    timing.hardware = text(place.child("hardware"), "");
    timing.backend = text(place.child("backend"), "");
    timing.mode = text(place.child("mode"), "");
    const Place batch = place.child("batch size");
    const std::string size = text(batch, "");
    timing.batch_size = parse_iterations(size);
    if (!timing.batch_size && !is_not_published(size)) {
      refuse(batch, "", "an integer of at least 1");
    }
    const Place resolution = place.child("resolution");
    const std::string sides = text(resolution, "");
    timing.resolution = parse_size(sides);
    if (!timing.resolution && !is_not_published(sides)) refuse(resolution, "", "(height,width)");
  }

  void read_metadata(const Place& metadata) {
    model_.backbone = text(metadata.child("backbone"), "");
    const auto architecture = metadata.child("Architecture").items();
    if (model_.backbone.empty() && !architecture.empty()) {
      model_.backbone = text(architecture.front(), "");
    }
    model_.training_hardware = text(metadata.child("Training Resources"), "");
    for (const auto& [key, value] : metadata.entries()) read_metadatum(key, value);
  }

  void read_metadatum(const std::string& key, const Place& value) {
    const auto column = column_named(key);
    if (column == Column::kTrainingData) {
      set_training_data(value);
    } else if (column == Column::kCropSize) {
      set_once(model_.crop_size, value, "config.crop");
    } else if (column == Column::kSchedule) {
      set_once(model_.schedule, value, "config.iterations");
    } else if (column == Column::kMemory) {
      add_once(value, "memory", model_.memory, "one memory for a model");
    } else if (column == Column::kFps || is_milliseconds(key)) {
      if (value.is_repeated()) return refuse(value, "fps", "the key once");
      for (const Place& timing : value.items()) read_timing(timing, column == Column::kFps);
    } else {
      note_other(key, value);
    }
  }

  static bool is_milliseconds(const std::string& key) {
    return normalised_header(key) == "inferencetimemsim" && !has_other_signs(key);
  }

  /// A fact may stand under two spellings of its key; it is lost where they contradict.
  void set_once(std::optional<MetafileText>& kept, const Place& value, const char* claim) {
    auto other = optional_text(value, claim);
    if (!other || is_not_published(other->text)) return;
    if (!kept) {
      kept = std::move(other);
    } else if (!say_the_same(claim, kept->text, other->text)) {
      refuse(value, "", same_as(*kept));
    }
  }

  static bool say_the_same(const char* claim, const std::string& one, const std::string& other) {
    const CellValue first = read_cell(claim, one);
    const CellValue second = read_cell(claim, other);
    return first.fact && second.fact ? first.fact->value == second.fact->value : one == other;
  }

  static std::string same_as(const MetafileText& kept) {
    return fmt::format("the same as {}, {}", kept.key, in_quotes(kept.text));
  }

  /// Where two keys name two data sets, nothing can be told from either.
  void set_training_data(const Place& value) {
    const auto names = value.items();
    if (names.size() != 1 || !names[0].node().IsScalar()) return;
    const MetafileText named{text(names[0], ""), value.line(), value.key()};
    if (!training_key_) {
      training_key_ = named;
      training_data_ = named.text;
    } else if (lower_case(named.text) != lower_case(training_key_->text)) {
      refuse(value, "", same_as(*training_key_));
      training_data_.clear();
    }
  }

  /// A key of the model itself that is none of upstream's and speaks of a file or a number.
  void note_misspelt(const std::string& key, const Place& value) {
    constexpr std::array<std::string_view, 6> kRead{"Name",    "In Collection", "Config",
                                                    "Weights", "Training log",  "Metadata"};
    if (std::ranges::find(kRead, key) != kRead.end()) return;
    if (column_named(key)) {
      model_.other_keys.push_back({value.shown(), value.line(), value.key()});
    } else {
      note_other(key, value);
    }
  }

  void note_other(const std::string& key, const Place& value) {
    if (!looks_known(key)) return;
    model_.other_keys.push_back({value.shown(), value.line(), value.key()});
  }

  /// A result on semantic segmentation whose metrics have a mIoU.
  struct Result {
    std::string data_set;
    Place metrics;
  };

  /// The metrics of the one data set that counts; other tasks have other metrics.
  void read_results(const Place& results) {
    std::vector<Result> read;
    for (const Place& result : results.items()) {
      if (!result.node().IsMap()) {
        refuse(result, "miou", "a map");
        continue;
      }
      const std::string task = text(result.child("Task"), "");
      if (!task.empty() && normalised_header(task) != "semanticsegmentation") {
        model_.other_keys.push_back({task, result.line(), result.key()});
        continue;
      }
      const Place metrics = map_under(result, "Metrics", "miou");
      if (has_miou(metrics)) read.push_back({text(result.child("Dataset"), ""), metrics});
      for (const auto& [key, value] : metrics.entries()) {
        if (claim_of(key).empty()) note_other(key, value);
      }
    }
    read_data_sets(read);
  }

  static std::string claim_of(const std::string& key) {
    const auto column = column_named(key);
    return column == Column::kMiou ? "miou" : column == Column::kMiouMsFlip ? "miou_ms_flip" : "";
  }

  static bool has_miou(const Place& metrics) {
    return std::ranges::any_of(metrics.entries(),
                               [](const auto& entry) { return !claim_of(entry.first).empty(); });
  }

  void read_data_sets(const std::vector<Result>& results) {
    std::set<std::string> data_sets;
    for (const Result& result : results) data_sets.insert(lower_case(result.data_set));
    const bool has_several = data_sets.size() > 1;
    for (const Result& result : results) {
      const bool counts =
          !has_several ||
          (!training_data_.empty() && lower_case(result.data_set) == lower_case(training_data_));
      for (const auto& [key, value] : result.metrics.entries()) {
        const std::string claim = claim_of(key);
        if (claim.empty() || (value.is_absent() && !value.is_repeated())) continue;
        if (counts) {
          read_miou(claim, value, conditions_of(result, has_several));
        } else {
          refuse_data_set(claim, value, data_sets);
        }
      }
    }
  }

  /// Named only where there is a choice or a contradiction.
  Json conditions_of(const Result& result, bool has_several) const {
    if (result.data_set.empty() || training_data_.empty()) return Json::object();
    Json both = {{"training_dataset", training_data_}, {"test_dataset", result.data_set}};
    return has_several || is_of_other_data(both) ? both : Json::object();
  }

  void read_miou(const std::string& claim, const Place& value, const Json& conditions) {
    auto& number = claim == "miou" ? model_.miou : model_.miou_ms_flip;
    const bool is_first = !number.has_value();
    add_once(value, claim.c_str(), number);
    if (is_first && number) number->conditions.update(conditions);
  }

  /// The claim is lost where no result is of the data set trained on, else only this number.
  void refuse_data_set(const std::string& claim, const Place& value,
                       const std::set<std::string>& data_sets) {
    const bool is_chosen =
        !training_data_.empty() && data_sets.contains(lower_case(training_data_));
    refuse(value, is_chosen ? "" : claim.c_str(),
           is_chosen
               ? fmt::format("one data set, that of Training Data, {}", in_quotes(training_data_))
               : "one data set for a model, or Training Data that names one of them");
  }

  void add_once(const Place& place, const char* claim, std::optional<MetafileNumber>& read,
                const char* expected = "one mIoU for a model") {
    if (place.is_absent() && !place.is_repeated()) return;
    const auto other = number(place, claim);
    if (!read) {
      read = other;
    } else if (other && other->number.value != read->number.value) {
      refuse(place, "", expected);
    }
  }

  const Place& place_;
  MetafileModel model_;
  std::optional<MetafileText> training_key_;  ///< The first key that names a data set.
  std::string training_data_;                 ///< "Training Data", where it names one.
};

std::int64_t line_of(const YAML::Node& node) {
  return node.Mark().is_null() ? 1 : node.Mark().line + 1;
}

YAML::Node load(std::string_view text, std::string_view subject) {
  if (text.size() > kMaxBytes) {
    throw Error(ErrorCode::kInvalidTable, subject,
                fmt::format("expected at most 4 MiB, got {} bytes", text.size()));
  }
  try {
    refuse_larger_written_out(text, subject, kMostAliases + 2 * text.size());
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1) {
      throw Error(ErrorCode::kInvalidTable, fmt::format("{}:{}", subject, line_of(documents[1])),
                  fmt::format("expected one document, got {}", documents.size()));
    }
    return documents.empty() ? YAML::Node() : documents.front();
  } catch (const YAML::DeepRecursion& failure) {
    throw Error(ErrorCode::kInvalidTable, fmt::format("{}:{}", subject, failure.mark.line + 1),
                "expected lists and maps within each other a few levels deep, got hundreds");
  } catch (const YAML::Exception& failure) {
    throw Error(ErrorCode::kInvalidTable, fmt::format("{}:{}", subject, failure.mark.line + 1),
                "expected YAML, got: " + failure.msg);
  }
}

}  // namespace

Metafile read_metafile(std::string_view text, std::string_view subject) {
  const YAML::Node document = load(text, subject);
  try {
    const Place root(document, subject, "");
    const Place models = root.child("Models");
    if (!models.node().IsSequence() || models.node().size() == 0) {
      const bool is_index = models.is_absent() && !root.child("Import").is_absent();
      models.fail("expected a list of at least one model, got " +
                  (is_index ? "an index: the models are in the metafiles that its Import lists"
                            : models.kind()));
    }
    Metafile read;
    for (const Place& model : models.items()) {
      if (!model.is_absent() && model.node().IsMap()) {
        read.models.push_back(ModelReader(model).read());
      } else {
        read.no_models.push_back({"", {model.shown(), model.line(), model.key()}, "a map", false});
      }
    }
    return read;
  } catch (const YAML::Exception& failure) {
    throw Error(ErrorCode::kInvalidTable, subject, "expected a metafile, got: " + failure.msg);
  }
}

}  // namespace harness
