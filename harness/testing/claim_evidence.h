#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/judge/evidence.h"
#include "harness/table/suite.h"

namespace harness {

/// For tests: what each claim of a row rests on, as docs/judging.md says it. This list knows
/// nothing of the judge: where a rule does not look at what the list names, a test fails.
struct NeededEvidence {
  std::string_view claim;  ///< The whole id, or what it begins with where it ends in ".".
  std::string_view stage;
  /// "own": the row's; "half": the row's where it computes in half, else fp16; else a precision.
  /// "": none is run.
  std::string_view precision;
};

inline const std::vector<NeededEvidence> kNeededEvidence = {
    {"hash", "examine", ""},
    {"format", "examine", ""},
    {"tensors", "examine", ""},
    {"dtypes", "examine", ""},
    {"origin", "examine", ""},
    {"classes", "examine", ""},
    {"zero_tensors", "examine", ""},
    {"duplicates", "examine", ""},
    {"optimizer", "examine", ""},
    {"code", "examine", ""},
    {"config", "examine", ""},
    {"config.crop", "examine", ""},
    {"config.iterations", "examine", ""},
    {"loss_scale", "examine", ""},
    {"finite", "examine", ""},
    {"log.config", "examine", ""},
    {"log.miou", "examine", ""},
    {"miou", "examine", ""},
    {"miou", "evaluate", "own"},
    {"miou_ms_flip", "examine", ""},
    {"miou_ms_flip", "evaluate_ms_flip", "own"},
    {"finite.forward", "examine", ""},
    {"finite.forward", "evaluate", "own"},
    {"range", "examine", ""},
    {"range", "evaluate", "half"},
    {"parity", "examine", ""},
    {"parity", "evaluate", "half"},
    {"parity", "evaluate", "fp32"},
    {"parity", "parity", "half"},
    {"parity.", "examine", ""},
    {"parity.", "evaluate", "half"},
    {"parity.", "evaluate", "fp32"},
    {"parity.", "parity", "half"},
    {"memory", "memory", "own"},
    {"memory.ratio", "memory", "own"},
    {"memory.ratio", "memory", "fp32"},
    {"fps", "speed", "own"},
    {"fps.ratio", "speed", "own"},
    {"fps.ratio", "speed", "fp32"},
    {"kernels", "speed", "own"},
    {"retrain.miou", "train", "own"},
    {"retrain.parity", "train", "own"},
    {"retrain.parity", "train", "fp32"},
    {"retrain.memory", "train", "own"},
    {"retrain.memory", "train", "fp32"},
    {"retrain.loss_scale", "train", "own"},
    {"retrain.loss_scale.recovers", "train", "own"},
    {"retrain.skipped", "train", "own"},
    {"retrain.arithmetic", "train", "own"},
    {"retrain.finite", "train", "own"},
    {"retrain.lockstep", "lockstep", "own"}};

inline bool names_claim(std::string_view text, std::string_view claim) {
  return text.ends_with('.') ? claim.starts_with(text) : claim == text;
}

inline bool names_precision(std::string_view text, std::string_view precision, const Row& row) {
  if (text == "own") return precision == row_precision(row);
  if (text == "half") return precision == half_precision(row);
  return precision == text;
}

/// The row's claims that rest on the result of this stage and precision.
inline std::set<std::string> claims_resting_on(const Row& row, std::string_view stage,
                                               std::string_view precision) {
  std::set<std::string> claims;
  for (const auto& claim : row.claims) {
    for (const auto& needed : kNeededEvidence) {
      if (needed.stage == stage && names_claim(needed.claim, claim.id) &&
          names_precision(needed.precision, precision, row)) {
        claims.insert(claim.id);
      }
    }
  }
  return claims;
}

/// A measured number without which these claims are without a measurement. `place`: what its JSON
/// pointer ends in.
struct NeededNumber {
  std::string_view stage;
  std::string_view place;
  std::set<std::string> claims;
};

inline const std::vector<NeededNumber> kNeededNumbers = {
    {"examine", "/checkpoint/values/all/max_abs", {"finite", "dtypes", "tensors"}},
    {"examine", "/checkpoint/values/all/min_abs", {"finite", "dtypes", "tensors"}},
    {"examine", "/log/last_miou", {"log.miou"}},
    {"evaluate", "/measurements/miou", {"miou", "finite.forward", "range"}},
    {"evaluate", "/measurements/macc", {"miou"}},
    {"evaluate", "/measurements/aacc", {"miou"}},
    {"evaluate", "/measurements/images_per_second", {"miou"}},
    {"evaluate", "/seconds_per_image/median", {"miou"}},
    {"evaluate", "/activations/max_abs", {"range", "finite.forward"}},
    {"parity", "/measurements/miou", {"parity", "parity.pixels", "parity.logits"}},
    {"parity", "/measurements/miou_reference", {"parity", "parity.pixels", "parity.logits"}},
    {"parity", "/measurements/difference", {"parity", "parity.pixels", "parity.logits"}},
    {"parity", "/logits/rmse", {"parity", "parity.pixels", "parity.logits"}},
    {"parity", "/logits/rmse_reference", {"parity", "parity.pixels", "parity.logits"}},
    {"parity", "/logits/rms", {"parity", "parity.pixels", "parity.logits"}},
    {"train", "/measurements/miou", {"retrain.miou", "retrain.parity"}}};

/// The row's claims that may not pass without this number, in a result of this stage and precision.
inline std::set<std::string> claims_resting_on_number(const Row& row, std::string_view stage,
                                                      std::string_view precision,
                                                      const Json::json_pointer& place) {
  std::set<std::string> claims;
  const std::string text = place.to_string();
  const std::set<std::string> resting = claims_resting_on(row, stage, precision);
  for (const auto& number : kNeededNumbers) {
    if (number.stage != stage || !text.ends_with(number.place)) continue;
    for (const auto& claim : number.claims) {
      if (resting.contains(claim)) claims.insert(claim);
    }
  }
  return claims;
}

}  // namespace harness
