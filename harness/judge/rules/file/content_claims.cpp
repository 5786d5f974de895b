#include "harness/judge/rules/file/content_claims.h"

#include <algorithm>
#include <optional>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/table/cityscapes_classes.h"

namespace harness {
namespace {

/// Output channels of the last layer of the decode head.
std::optional<std::int64_t> channels_of_last_layer(const Json& checkpoint) {
  const Json* state_dict = find_at(checkpoint, {"state_dict"});
  if (state_dict == nullptr || !state_dict->is_array()) return std::nullopt;
  for (const auto& entry : *state_dict) {
    const bool is_entry = entry.is_array() && entry.size() == 3 && entry[2].is_array();
    if (!is_entry || entry[0] != "decode_head.conv_seg.weight" || entry[2].empty()) continue;
    if (entry[2][0].is_number_integer()) return entry[2][0].get<std::int64_t>();
  }
  return std::nullopt;
}

/// Counts of classes that the file states, and what is wrong with them.
class ClassCounts {
 public:
  /// Without a number the first count that the file states is what the others are held against.
  explicit ClassCounts(const Json& expected)
      : expected_(expected.is_number() ? expected : Json()) {}

  void add(const std::string& where, std::int64_t count) {
    if (expected_.is_null()) expected_ = count;
    found_.push_back(where);
    if (Json(count) == expected_) return;
    measured_ = count;
    complain(where + " has " + std::to_string(count) + ", expected " + expected_.dump());
  }
  void complain(const std::string& text) { wrong_ += (wrong_.empty() ? "" : "; ") + text; }

  Finding judge(const std::string& words) const {
    if (found_.empty()) return not_verifiable("the file states no number of classes");
    if (!wrong_.empty())
      return compared(false, measured_.is_null() ? expected_ : measured_, wrong_);
    return compared(true, expected_, "stated by " + enumeration(found_) + words);
  }

 private:
  Json expected_;
  Json measured_;
  std::vector<std::string> found_;
  std::string wrong_;
};

bool is_color(const Json& value) {
  return value.is_array() && value.size() == 3 &&
         std::ranges::all_of(value, [](const Json& channel) {
           return channel.is_number_integer() && channel >= 0 && channel <= 255;
         });
}

/// Trained on Cityscapes with the classes of the data set itself.
bool has_cityscapes_classes(const Json& checkpoint) {
  const Json* train = find_at(checkpoint, {"config", "data", "train"});
  return train != nullptr && text_at(*train, {"type"}) == "CityscapesDataset" &&
         find_at(*train, {"classes"}) == nullptr;
}

void compare_with_cityscapes(const Json& names, const Json& palette, ClassCounts& counts) {
  if (names.size() != kCityscapesClasses.size()) return;
  for (std::size_t i = 0; i < kCityscapesClasses.size(); ++i) {
    const NamedClass& expected = kCityscapesClasses[i];
    if (names[i] != expected.name) {
      return counts.complain("class " + std::to_string(i) + " of Cityscapes is " + expected.name +
                             ", meta says " + names[i].dump());
    }
    if (i < palette.size() && palette[i] != Json(expected.rgb)) {
      return counts.complain(std::string(expected.name) + " is drawn as " +
                             Json(expected.rgb).dump() + " in Cityscapes, meta says " +
                             palette[i].dump());
    }
  }
}

/// 0 things of a kind are expected.
Finding expect_none(const ClaimContext& context, const char* key, const std::string& kind,
                    std::string (*describe)(const Json&)) {
  const auto file = find_file(context, "checkpoint");
  if (file.absence) return *file.absence;
  const Json* found = find_at(*file.record, {key});
  const auto looked_at = count_at(*file.record, {"statistics", "elements"}).value_or(0);
  if (found == nullptr || !found->is_array()) {
    return missing("verify did not look for " + kind + "s");
  }
  if (looked_at == 0) return compared(false, 0, "no weight was looked at");
  const auto count = static_cast<std::int64_t>(found->size());
  if (count == 0) return compared(true, 0, "among " + plural(looked_at, "weight"));
  std::vector<std::string> names;
  for (const auto& one : *found) names.push_back(describe(one));
  return compared(false, count, plural(count, kind) + ": " + listing(names));
}

}  // namespace

Finding judge_classes(const ClaimContext& context) {
  const auto file = find_file(context, "checkpoint");
  if (file.absence) return *file.absence;
  ClassCounts counts(context.claim.value);
  if (const auto channels = channels_of_last_layer(*file.record)) {
    counts.add("conv_seg", *channels);
  }
  const Json* names = find_at(*file.record, {"meta", "CLASSES"});
  const Json* palette = find_at(*file.record, {"meta", "PALETTE"});
  const bool has_names = names != nullptr && names->is_array();
  const bool has_palette = palette != nullptr && palette->is_array();
  if (has_names) counts.add("meta.CLASSES", std::ssize(*names));
  if (has_palette) {
    counts.add("meta.PALETTE", std::ssize(*palette));
    const auto wrong = std::ranges::find_if_not(*palette, is_color);
    if (wrong != palette->end()) counts.complain("meta.PALETTE holds no colour: " + wrong->dump());
  }
  const bool is_cityscapes = has_names && has_cityscapes_classes(*file.record);
  if (is_cityscapes) {
    compare_with_cityscapes(*names, has_palette ? *palette : Json::array(), counts);
  }
  return counts.judge(is_cityscapes ? "; names and colours are those of Cityscapes" : "");
}

Finding judge_zero_tensors(const ClaimContext& context) {
  return expect_none(context, "zero_tensors", "all-zero tensor", [](const Json& name) {
    return name.is_string() ? name.get<std::string>() : "";
  });
}

Finding judge_duplicates(const ClaimContext& context) {
  return expect_none(context, "duplicates", "duplicate tensor", [](const Json& pair) {
    const bool is_pair = pair.is_array() && pair.size() == 2 && pair[0].is_string();
    return is_pair && pair[1].is_string()
               ? pair[1].get<std::string>() + " equals " + pair[0].get<std::string>()
               : pair.dump();
  });
}

Finding judge_optimizer(const ClaimContext& context) {
  const auto file = find_file(context, "checkpoint");
  if (file.absence) return *file.absence;
  const Json* present = find_at(*file.record, {"optimizer", "present"});
  if (present == nullptr || !present->is_boolean()) {
    return missing("verify did not look for an optimizer");
  }
  if (!present->get<bool>()) return compared(true, "none", "taken out, as the zoo publishes");
  const auto tensors = count_at(*file.record, {"optimizer", "tensors"}).value_or(0);
  const auto bytes = count_at(*file.record, {"optimizer", "bytes"}).value_or(0);
  return compared(
      false, "present",
      "the optimizer was left inside: " + plural(tensors, "tensor") + ", " + plural(bytes, "byte"));
}

}  // namespace harness
