#include "harness/judge/rules/file/content_claims.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/judge/rules/file/config_facts.h"
#include "harness/judge/rules/file/unread_weights.h"
#include "harness/table/cityscapes_classes.h"

namespace harness {
namespace {

/// The value of a claim that asks for no certain number: the file agrees with itself.
constexpr std::string_view kAgreement = "agree";

/// Output channels of the last layer of the decode head.
std::optional<std::int64_t> channels_of_last_layer(const CheckpointRecord& checkpoint) {
  if (!checkpoint.state_dict) return std::nullopt;
  for (const auto& tensor : *checkpoint.state_dict) {
    if (tensor.name == "decode_head.conv_seg.weight" && !tensor.shape.empty()) {
      return tensor.shape.front();
    }
  }
  return std::nullopt;
}

/// Counts of classes that the file states, and what is wrong with them.
class ClassCounts {
 public:
  /// Without a number the first count that the file states is what the others are compared with.
  explicit ClassCounts(const Json& expected)
      : expected_(expected.is_number() ? expected : Json()) {}

  void add(const std::string& where, std::int64_t count) {
    if (expected_.is_null()) expected_ = count;
    found_.push_back(where);
    if (Json(count) == expected_) return;
    measured_ = count;
    complain(fmt::format("{} has {}, expected {}", where, count, expected_.dump()));
  }
  void complain(const std::string& text) { wrong_ += (wrong_.empty() ? "" : "; ") + text; }

  Finding judge(const std::string& words) const {
    if (found_.empty()) return not_verifiable("the file states no number of classes");
    if (!wrong_.empty())
      return pass_or_fail(false, measured_.is_null() ? expected_ : measured_, wrong_);
    return pass_or_fail(true, expected_, "stated by " + enumeration(found_) + words);
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

void compare_with_cityscapes(const Json& names, const Json& palette, ClassCounts& counts) {
  if (names.size() != kCityscapesClasses.size()) return;
  for (std::size_t i = 0; i < kCityscapesClasses.size(); ++i) {
    const NamedClass& expected = kCityscapesClasses[i];
    if (names[i] != expected.name) {
      return counts.complain(fmt::format("class {} of Cityscapes is {}, meta says {}", i,
                                         expected.name, names[i].dump()));
    }
    if (i < palette.size() && palette[i] != Json(expected.rgb)) {
      return counts.complain(fmt::format("{} is drawn as {} in Cityscapes, meta says {}",
                                         expected.name, Json(expected.rgb).dump(),
                                         palette[i].dump()));
    }
  }
}

/// names: of the things found, of which none is expected.
Finding expect_none(const CheckpointRecord& checkpoint, const std::string& kind,
                    const std::vector<std::string>& names) {
  const std::string weights = plural(checkpoint.values->all.elements, "weight");
  if (names.empty()) {
    const std::string seen = fmt::format("no {} among the {} that were looked at", kind, weights);
    if (const auto lack = unless_all_were_read(checkpoint, seen)) return *lack;
    return pass_or_fail(true, 0, "among " + weights);
  }
  const std::int64_t count = std::ssize(names);
  return pass_or_fail(false, count, plural(count, kind) + ": " + listing(names));
}

}  // namespace

Finding judge_classes(const CheckpointRecord& checkpoint, const Claim& claim) {
  if (claim.value.is_string() && claim.value != kAgreement) {
    return fail_unmeasured(fmt::format("expected a number of classes or \"{}\", got {}", kAgreement,
                                       claim.value.dump()));
  }
  ClassCounts counts(claim.value);
  if (const auto channels = channels_of_last_layer(checkpoint)) counts.add("conv_seg", *channels);
  const Json names = class_names(checkpoint.meta);
  const Json palette = class_colors(checkpoint.meta);
  if (!names.is_null()) counts.add("meta.CLASSES", std::ssize(names));
  if (!palette.is_null()) {
    counts.add("meta.PALETTE", std::ssize(palette));
    const auto wrong = std::ranges::find_if_not(palette, is_color);
    if (wrong != palette.end()) counts.complain("meta.PALETTE holds no colour: " + wrong->dump());
  }
  const bool is_cityscapes = !names.is_null() && trains_on_cityscapes(checkpoint.config);
  if (is_cityscapes) compare_with_cityscapes(names, palette, counts);
  return counts.judge(is_cityscapes ? "; names and colours are those of Cityscapes" : "");
}

Finding judge_zero_tensors(const CheckpointRecord& checkpoint) {
  if (!checkpoint.values) return fail_unmeasured("examine did not look for all-zero tensors");
  return expect_none(checkpoint, "all-zero tensor", checkpoint.values->zero_tensors);
}

Finding judge_duplicates(const CheckpointRecord& checkpoint) {
  if (!checkpoint.values) return fail_unmeasured("examine did not look for duplicate tensors");
  std::vector<std::string> pairs;
  for (const auto& pair : checkpoint.values->duplicates) {
    pairs.push_back(pair.later + " equals " + pair.first);
  }
  return expect_none(checkpoint, "duplicate tensor", pairs);
}

Finding judge_optimizer(const CheckpointRecord& checkpoint) {
  if (!checkpoint.optimizer) return fail_unmeasured("examine did not look for an optimizer");
  const OptimizerRecord& optimizer = *checkpoint.optimizer;
  if (!optimizer.present) return pass_or_fail(true, "none", "taken out, as the zoo publishes");
  return pass_or_fail(
      false, "present",
      fmt::format("the optimizer was left inside: {}, {}", plural(optimizer.tensors, "tensor"),
                  plural(optimizer.bytes, "byte")));
}

}  // namespace harness
