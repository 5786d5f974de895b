#include "harness/judge/rules/file/file_claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "harness/base/error.h"
#include "harness/base/number_text.h"
#include "harness/base/sha256.h"
#include "harness/base/text.h"
#include "harness/judge/rules/file/code_claim.h"
#include "harness/judge/rules/file/config_facts.h"
#include "harness/judge/rules/file/unread_weights.h"
#include "harness/table/model_spec.h"

namespace harness {
namespace {

using Shape = std::vector<std::int64_t>;

constexpr std::size_t kDigestLength = 64;
constexpr std::size_t kNameDigits = 8;  // As many as a published file's name carries.

bool is_hex(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isxdigit(c) != 0; });
}

std::string shape_text(const Shape& shape) {
  std::string text;
  for (const auto size : shape) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "[" + text + "]";
}

/// What differs, kind by kind: "2 missing (a, b)".
class Differences {
 public:
  void add(const std::string& kind, const std::string& what) { by_kind_[kind].push_back(what); }
  bool empty() const { return by_kind_.empty(); }

  std::string text() const {
    std::string text;
    for (const auto& [kind, names] : by_kind_) {
      text +=
          fmt::format("{}{} {} ({})", text.empty() ? "" : "; ", names.size(), kind, listing(names));
    }
    return text;
  }

 private:
  std::map<std::string, std::vector<std::string>> by_kind_;
};

/// Of a file in which no tensor was found as a weight; what else it holds is not in the record.
std::string no_weights_text(const CheckpointRecord& checkpoint) {
  const std::string& place = checkpoint.state_dict_in;
  std::string text =
      fmt::format("no weights were found: {} holds no tensor", place.empty() ? "the file" : place);
  if (place.empty()) text += " that stands where a model's do";
  if (checkpoint.optimizer && checkpoint.optimizer->present) {
    text += fmt::format("; there is the state of an optimizer, of {}",
                        plural(checkpoint.optimizer->tensors, "tensor"));
  }
  return text + "; halfproof inspect lists all that the file holds";
}

/// "; left out: 4 infinite values of 2 tensors that are no weights (attn.mask, observer.min_val)".
std::string left_out_text(const CheckpointRecord& checkpoint) {
  const std::int64_t infinite = checkpoint.values->roles.index.non_finite;
  if (infinite == 0 || !checkpoint.state_dict) return "";
  const TensorRoles roles(*checkpoint.state_dict);
  std::vector<std::string> names;
  for (const TensorRecord& tensor : *checkpoint.state_dict) {
    const bool is_float = tensor.dtype.find("float") != std::string::npos;
    if (is_float && roles.of(tensor.name) == TensorRole::kIndex) names.push_back(tensor.name);
  }
  return fmt::format("; left out: {} of masks and observers' bounds, which are no weights ({})",
                     plural(infinite, "infinite value"), listing(names));
}

/// "module." where every name begins with it, or what several such prefixes make.
std::string common_prefix(const std::vector<TensorRecord>& tensors) {
  std::string common = tensors.front().name;
  for (const auto& tensor : tensors) {
    const auto differ = std::ranges::mismatch(common, tensor.name);
    common.erase(differ.in1, common.end());
  }
  return common.substr(0, common.rfind('.') + 1);
}

std::vector<TensorRecord> without_prefix(std::vector<TensorRecord> tensors,
                                         const std::string& prefix) {
  for (auto& tensor : tensors) tensor.name.erase(0, prefix.size());
  return tensors;
}

Differences compare_tensors(const std::vector<TensorRecord>& tensors,
                            const std::vector<TensorSpec>& layout) {
  Differences differences;
  std::map<std::string, Shape> found;
  for (const auto& tensor : tensors) {
    if (!found.emplace(tensor.name, tensor.shape).second) {
      differences.add("stored twice", tensor.name);
    }
  }
  for (const auto& expected : layout) {
    const auto entry = found.find(expected.name);
    if (entry == found.end()) {
      differences.add("missing", expected.name);
      continue;
    }
    if (entry->second != expected.shape) {
      differences.add("of another shape",
                      fmt::format("{} {}, expected {}", expected.name, shape_text(entry->second),
                                  shape_text(expected.shape)));
    }
    found.erase(entry);
  }
  for (const auto& tensor : tensors) {
    if (found.erase(tensor.name) > 0) differences.add("unexpected", tensor.name);
  }
  return differences;
}

}  // namespace

Finding judge_hash(const CheckpointRecord& checkpoint, const Claim& claim) {
  if (!checkpoint.stored) return fail_unmeasured("examine recorded no sha256 of the checkpoint");
  const std::string sha256 = lower_case(checkpoint.stored->sha256);
  if (!is_sha256(sha256)) {
    return fail_unmeasured("expected a sha256 of 64 hex digits, got \"" + sha256 + "\"");
  }
  const std::string published =
      claim.value.is_string() ? lower_case(claim.value.get<std::string>()) : "";
  const bool is_digest = published.size() >= kNameDigits && published.size() <= kDigestLength;
  if (!is_digest || !is_hex(published)) {
    auto finding = fail_unmeasured(
        "the suite gives no hex digits to compare the file's sha256 with: expected 8 to 64");
    finding.measured = sha256.substr(0, kNameDigits);
    return finding;
  }
  const std::string measured = sha256.substr(0, published.size());
  const std::string bytes = plural(checkpoint.stored->size, "byte");
  if (measured == published) {
    return pass_or_fail(true, measured, "sha256 of " + bytes + " starts with the published digits");
  }
  return pass_or_fail(
      false, measured,
      fmt::format(
          "{} ({}) has a sha256 that starts with {}, expected {}: this is not the published file",
          checkpoint.name, bytes, measured, published));
}

Finding judge_format(const CheckpointRecord& checkpoint, const Claim& claim) {
  if (!checkpoint.format || !checkpoint.state_dict) {
    return fail_unmeasured("examine did not read the checkpoint to its end");
  }
  const std::string& format = *checkpoint.format;
  if (const std::string code = code_text(checkpoint.unknown_code, /*all=*/false); !code.empty()) {
    return pass_or_fail(
        false, format,
        fmt::format("expected tensors and plain data, found unknown code that runs: {}", code));
  }
  if (checkpoint.state_dict->empty() && checkpoint.not_read.empty()) {
    return fail_unmeasured(no_weights_text(checkpoint));
  }
  const std::string& place = checkpoint.state_dict_in;
  const std::string content =
      fmt::format("read to its end: {}{}{}", plural(std::ssize(*checkpoint.state_dict), "tensor"),
                  place.empty() || place == "state_dict" ? "" : " in " + place,
                  checkpoint.not_read.empty() ? "" : "; " + not_read_text(checkpoint));
  if (format != "legacy" && format != "zip") {
    return fail_unmeasured(fmt::format("\"{}\" is no format of a checkpoint", format));
  }
  const Json& published = claim.value;
  if (published == "pth" || published == format) return pass_or_fail(true, format, content);
  return pass_or_fail(
      false, format,
      fmt::format("expected the format {}, found {} ({})", published.dump(), format, content));
}

Finding judge_tensors(const CheckpointRecord& checkpoint, const Row& row) {
  if (!checkpoint.state_dict)
    return fail_unmeasured("examine recorded no state dict of the checkpoint");
  const auto& tensors = *checkpoint.state_dict;
  std::vector<TensorSpec> layout;
  try {
    layout = state_dict_layout(resolve_model(row, config_model(checkpoint.config)));
  } catch (const Error& failure) {
    return not_verifiable(fmt::format(
        "the row's model is none that halfproof knows, its tensors are compared with nothing: {}",
        failure.detail()));
  }
  const std::int64_t count = std::ssize(layout);
  if (tensors.empty() || layout.empty()) {
    return fail_unmeasured(fmt::format(
        "expected {}, found none{}", plural(count, "tensor"),
        checkpoint.not_read.empty() ? "" : " that is read; " + not_read_text(checkpoint)));
  }
  const auto found = plural(std::ssize(tensors), "tensor");
  const auto differences = compare_tensors(tensors, layout);
  if (!differences.empty()) {
    const std::string prefix = common_prefix(tensors);
    if (!prefix.empty() && compare_tensors(without_prefix(tensors, prefix), layout).empty()) {
      return pass_or_fail(
          false, found,
          fmt::format("each name has the prefix \"{}\", which the model's have not; "
                      "names and shapes are those of the model otherwise",
                      prefix));
    }
    return pass_or_fail(
        false, found, fmt::format("of the {} expected: {}", count_text(count), differences.text()));
  }
  return pass_or_fail(true, found, "names and shapes are those of the model");
}

Finding judge_finite(const CheckpointRecord& checkpoint, const Claim& claim) {
  if (!checkpoint.values) return fail_unmeasured("examine recorded no statistics of the weights");
  const std::int64_t elements = checkpoint.values->all.elements;
  const std::int64_t non_finite =
      checkpoint.values->all.non_finite - checkpoint.values->roles.index.non_finite;
  const std::string seen =
      fmt::format("all {} that were looked at are finite", plural(elements, "weight"));
  if (non_finite == 0 || elements <= 0) {
    if (const auto lack = unless_all_were_read(checkpoint, seen)) return *lack;
  }
  // An unpublished number is not compared; what was measured is shown beside it.
  const bool as_published = claim.value.is_null() || claim.value == non_finite;
  if (non_finite == 0) {
    return pass_or_fail(
        as_published, 0,
        fmt::format("all {} are finite{}", plural(elements, "weight"), left_out_text(checkpoint)));
  }
  const auto& first = checkpoint.values->first_non_finite;
  return pass_or_fail(
      claim.value == non_finite, non_finite,
      fmt::format("{} of {} are NaN or infinite{}", count_text(non_finite),
                  plural(elements, "weight"), first ? ", the first in " + *first : "") +
          left_out_text(checkpoint));
}

}  // namespace harness
