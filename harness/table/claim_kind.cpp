#include "harness/table/claim_kind.h"

#include <algorithm>
#include <array>

namespace harness {
namespace {

using Value = ClaimKind::Value;

constexpr std::array kKinds{
    ClaimKind{"hash", "file", Value::kText, ""},
    ClaimKind{"format", "file", Value::kText, ""},
    ClaimKind{"tensors", "file", Value::kText, ""},
    ClaimKind{"dtypes", "file", Value::kText, ""},
    ClaimKind{"config", "file", Value::kText, ""},
    ClaimKind{"config.crop", "file", Value::kText, ""},
    ClaimKind{"config.iterations", "file", Value::kNumber, "iterations"},
    ClaimKind{"loss_scale", "file", Value::kNumberOrText, ""},
    ClaimKind{"finite", "file", Value::kNumber, "values"},
    ClaimKind{"log.config", "log", Value::kText, ""},
    ClaimKind{"log.miou", "log", Value::kNumber, "%"},
    ClaimKind{"miou", "evaluated", Value::kNumber, "%"},
    ClaimKind{"miou_ms_flip", "evaluated", Value::kNumber, "%"},
    ClaimKind{"parity", "evaluated", Value::kNumber, "points"},
    ClaimKind{"parity.pixels", "evaluated", Value::kNumber, ""},
    ClaimKind{"parity.logits", "evaluated", Value::kNumber, ""},
    ClaimKind{"finite.forward", "evaluated", Value::kNumber, "values"},
    ClaimKind{"range", "evaluated", Value::kNumber, ""},
    ClaimKind{"memory", "evaluated", Value::kNumber, "GB"},
    ClaimKind{"fps", "evaluated", Value::kNumber, "fps"},
    ClaimKind{"retrain.miou", "retrained", Value::kNumber, "%"},
    ClaimKind{"retrain.parity", "retrained", Value::kNumber, "points"},
    ClaimKind{"retrain.lockstep", "retrained", Value::kNumber, ""},
    ClaimKind{"retrain.loss_scale", "retrained", Value::kNumber, ""},
    ClaimKind{"retrain.loss_scale.recovers", "retrained", Value::kText, ""},
    ClaimKind{"retrain.skipped", "retrained", Value::kNumber, ""},
    ClaimKind{"retrain.arithmetic", "retrained", Value::kText, ""},
    ClaimKind{"retrain.finite", "retrained", Value::kNumber, "steps"},
    ClaimKind{"retrain.memory", "retrained", Value::kNumber, ""},
};

}  // namespace

std::span<const ClaimKind> claim_kinds() noexcept {
  return kKinds;
}

const ClaimKind* find_claim_kind(std::string_view id) noexcept {
  const auto* found = std::find_if(kKinds.begin(), kKinds.end(),
                                   [id](const ClaimKind& kind) { return kind.id == id; });
  return found == kKinds.end() ? nullptr : found;
}

bool accepts(const ClaimKind& kind, const Json& value) noexcept {
  if (value.is_null()) return true;
  if (value.is_number()) return kind.value != Value::kText;
  return value.is_string() && kind.value != Value::kNumber;
}

std::string_view describe(ClaimKind::Value value) noexcept {
  switch (value) {
    case Value::kNumber:
      return "a number";
    case Value::kText:
      return "a text";
    case Value::kNumberOrText:
      return "a number or a text";
  }
  return "";
}

}  // namespace harness
