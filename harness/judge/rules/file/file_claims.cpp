#include "harness/judge/rules/file/file_claims.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "harness/base/error.h"
#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/base/text.h"
#include "harness/judge/evidence.h"
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

/// Names and shapes of the recorded state dict; nothing when an entry is not [name, dtype, shape].
std::optional<std::vector<std::pair<std::string, Shape>>> read_entries(const Json& checkpoint) {
  const Json* state_dict = find_at(checkpoint, {"state_dict"});
  if (state_dict == nullptr || !state_dict->is_array()) return std::nullopt;
  std::vector<std::pair<std::string, Shape>> entries;
  try {
    for (const auto& entry : *state_dict) {
      entries.emplace_back(entry.at(0).get<std::string>(), entry.at(2).get<Shape>());
    }
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
  return entries;
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

Differences compare_entries(const std::vector<std::pair<std::string, Shape>>& entries,
                            const std::vector<TensorSpec>& layout) {
  Differences differences;
  std::map<std::string, Shape> found;
  for (const auto& [name, shape] : entries) {
    if (!found.emplace(name, shape).second) differences.add("stored twice", name);
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
  for (const auto& entry : entries) {
    if (found.erase(entry.first) > 0) differences.add("unexpected", entry.first);
  }
  return differences;
}

}  // namespace

Finding judge_hash(const ClaimContext& context) {
  const auto file = find_file(context, "checkpoint");
  const std::string sha256 =
      file.record == nullptr ? "" : lower_case(text_at(*file.record, {"sha256"}));
  if (sha256.empty()) {
    return file.absence ? *file.absence : missing("verify recorded no sha256 of the checkpoint");
  }
  if (sha256.size() != kDigestLength || !is_hex(sha256)) {
    return missing("expected a sha256 of 64 hex digits, got " + sha256);
  }
  const std::string published =
      context.claim.value.is_string() ? lower_case(context.claim.value.get<std::string>()) : "";
  if (published.empty() || published.size() > kDigestLength || !is_hex(published)) {
    auto finding = missing("the suite gives no hex digits to compare the file's sha256 with");
    finding.measured = sha256.substr(0, kNameDigits);
    return finding;
  }
  const std::string measured = sha256.substr(0, published.size());
  const std::string name = text_at(*file.record, {"name"});
  const std::string bytes = plural(count_at(*file.record, {"size"}).value_or(0), "byte");
  if (measured == published) {
    return compared(true, measured, "sha256 of " + bytes + " starts with the published digits");
  }
  return compared(false, measured,
                  name + " (" + bytes + ") has a sha256 that starts with " + measured +
                      ", expected " + published + ": this is not the published file");
}

Finding judge_format(const ClaimContext& context) {
  const auto file = find_file(context, "checkpoint");
  if (file.absence) return *file.absence;
  const std::string format = text_at(*file.record, {"format"});
  const auto entries = read_entries(*file.record);
  if (format.empty() || !entries) return missing("verify did not read the checkpoint to its end");
  if (entries->empty()) return compared(false, format, "the file holds no tensor at all");
  const std::string content =
      "read to its end: " + plural(static_cast<std::int64_t>(entries->size()), "tensor");
  const auto& published = context.claim.value;
  if (published == "pth" || published == format) return compared(true, format, content);
  return compared(
      false, format,
      "expected the format " + published.dump() + ", found " + format + " (" + content + ")");
}

Finding judge_tensors(const ClaimContext& context) {
  const auto file = find_file(context, "checkpoint");
  if (file.absence) return *file.absence;
  const auto entries = read_entries(*file.record);
  if (!entries) return missing("verify recorded no state dict of the checkpoint");
  const Json* config_model = find_at(*file.record, {"config", "model"});
  std::vector<TensorSpec> layout;
  try {
    layout = state_dict_layout(
        resolve_model(context.row, config_model == nullptr ? Json(nullptr) : *config_model));
  } catch (const Error& failure) {
    return missing("the row's model cannot be made out: " + failure.detail());
  }
  const auto count = static_cast<std::int64_t>(layout.size());
  if (entries->empty() || layout.empty()) {
    return compared(false, "0 tensors", "expected " + plural(count, "tensor") + ", found none");
  }
  const auto found = plural(static_cast<std::int64_t>(entries->size()), "tensor");
  const auto differences = compare_entries(*entries, layout);
  if (!differences.empty()) {
    return compared(false, found,
                    "of the " + count_text(count) + " expected: " + differences.text());
  }
  return compared(true, found, "names and shapes are those of the model");
}

Finding judge_finite(const ClaimContext& context) {
  const auto file = find_file(context, "checkpoint");
  if (file.absence) return *file.absence;
  const auto elements = count_at(*file.record, {"statistics", "elements"});
  const auto non_finite = count_at(*file.record, {"statistics", "non_finite"});
  if (!elements || !non_finite) return missing("verify recorded no statistics of the weights");
  if (*elements == 0) return compared(false, *non_finite, "no weight was looked at");
  if (*non_finite == 0) {
    return compared(true, 0, "all " + plural(*elements, "weight") + " are finite");
  }
  const std::string first = text_at(*file.record, {"statistics", "first_non_finite"});
  return compared(false, *non_finite,
                  count_text(*non_finite) + " of " + plural(*elements, "weight") +
                      " are NaN or infinite" + (first.empty() ? "" : ", the first in " + first));
}

}  // namespace harness
