#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/arithmetic/policy.h"
#include "harness/arithmetic/scaler.h"
#include "harness/arithmetic/upstream_quirks.h"
#include "harness/base/json.h"

namespace harness {

/// A row's arithmetic as its suite states it.
struct Arithmetic {
  Policy policy = Policy::kFp32;
  std::optional<ScalerOptions> scaler = std::nullopt;  ///< Nullopt where the suite states none.
  UpstreamQuirks quirks = {};

  /// The scaler to train with: the stated one, else the policy's default.
  ScalerOptions scaler_or_default() const;

  friend bool operator==(const Arithmetic&, const Arithmetic&) = default;
};

/// Why parts of an arithmetic make no sense together.
struct Objection {
  std::string_view part;  ///< "scaler" or "quirks".
  std::string reason;
};

/// Policy and scaler must be one of the pairs in the table (policy.cpp). Only a policy with master
/// weights can have quirks, and no-overflow-check belongs to a static scale: dynamic scaling came
/// together with the check (mmcv 1.2.0).
std::optional<Objection> find_objection(const Arithmetic& arithmetic);

/// A row's `arithmetic`: {"policy": "fp16-master", "scaler": {...}, "quirks": ["..."]}. Only
/// `policy` is required. subject, path: as for scaler_from_json.
/// Throws Error(kInvalidSuite) with the path of the key: a policy that a row cannot have, an
/// unknown key or quirk, what scaler_from_json refuses, parts that find_objection refuses.
Arithmetic arithmetic_from_json(const Json& value, std::string_view subject, std::string_view path);

Json to_json(const Arithmetic& arithmetic);

}  // namespace harness
