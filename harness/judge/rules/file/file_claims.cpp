#include "harness/judge/rules/file/file_claims.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "harness/base/error.h"
#include "harness/base/number_text.h"
#include "harness/base/text.h"
#include "harness/judge/rules/file/config_facts.h"
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
      text += (text.empty() ? "" : "; ") + std::to_string(names.size()) + " " + kind + " (" +
              listing(names) + ")";
    }
    return text;
  }

 private:
  std::map<std::string, std::vector<std::string>> by_kind_;
};

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
      differences.add("of another shape", expected.name + " " + shape_text(entry->second) +
                                              ", expected " + shape_text(expected.shape));
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
  if (sha256.size() != kDigestLength || !is_hex(sha256)) {
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
  return pass_or_fail(false, measured,
                      checkpoint.name + " (" + bytes + ") has a sha256 that starts with " +
                          measured + ", expected " + published +
                          ": this is not the published file");
}

Finding judge_format(const CheckpointRecord& checkpoint, const Claim& claim) {
  if (!checkpoint.format || !checkpoint.state_dict) {
    return fail_unmeasured("examine did not read the checkpoint to its end");
  }
  const std::string& format = *checkpoint.format;
  if (checkpoint.state_dict->empty()) {
    return pass_or_fail(false, format, "the file holds no tensor at all");
  }
  const std::string content =
      "read to its end: " + plural(std::ssize(*checkpoint.state_dict), "tensor");
  const Json& published = claim.value;
  if (published == "pth" || published == format) return pass_or_fail(true, format, content);
  return pass_or_fail(
      false, format,
      "expected the format " + published.dump() + ", found " + format + " (" + content + ")");
}

Finding judge_tensors(const CheckpointRecord& checkpoint, const Row& row) {
  if (!checkpoint.state_dict)
    return fail_unmeasured("examine recorded no state dict of the checkpoint");
  const auto& tensors = *checkpoint.state_dict;
  std::vector<TensorSpec> layout;
  try {
    layout = state_dict_layout(resolve_model(row, config_model(checkpoint.config)));
  } catch (const Error& failure) {
    return fail_unmeasured("the row's model cannot be made out: " + failure.detail());
  }
  const std::int64_t count = std::ssize(layout);
  if (tensors.empty() || layout.empty()) {
    return pass_or_fail(false, "0 tensors", "expected " + plural(count, "tensor") + ", found none");
  }
  const auto found = plural(std::ssize(tensors), "tensor");
  const auto differences = compare_tensors(tensors, layout);
  if (!differences.empty()) {
    return pass_or_fail(false, found,
                        "of the " + count_text(count) + " expected: " + differences.text());
  }
  return pass_or_fail(true, found, "names and shapes are those of the model");
}

Finding judge_finite(const CheckpointRecord& checkpoint, const Claim& claim) {
  if (!checkpoint.values) return fail_unmeasured("examine recorded no statistics of the weights");
  const std::int64_t elements = checkpoint.values->all.elements;
  const std::int64_t non_finite = checkpoint.values->all.non_finite;
  if (elements == 0) return pass_or_fail(false, non_finite, "no weight was looked at");
  // An unpublished number is not compared; what was measured is shown beside it.
  const bool as_published = claim.value.is_null() || claim.value == non_finite;
  if (non_finite == 0) {
    return pass_or_fail(as_published, 0, "all " + plural(elements, "weight") + " are finite");
  }
  const auto& first = checkpoint.values->first_non_finite;
  return pass_or_fail(claim.value == non_finite, non_finite,
                      count_text(non_finite) + " of " + plural(elements, "weight") +
                          " are NaN or infinite" + (first ? ", the first in " + *first : ""));
}

}  // namespace harness
