#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/base/json.h"

namespace harness {

/// The loss scaler that a row's `arithmetic` states, with the defaults of its source where the row
/// gives no argument (harness/precision/loss_scaler.h).
struct StatedScaler {
  std::string type;                     ///< "none", "static", "mmcv-dynamic", ...
  double init_scale = 1.0;              ///< The scale of the first step.
  double growth_factor = 2.0;           ///< Dynamic scalers.
  double backoff_factor = 0.5;          ///< Dynamic scalers; mmcv's is 1 / growth_factor.
  std::int64_t growth_interval = 2000;  ///< Dynamic scalers: clean steps before the scale grows.

  bool is_dynamic() const noexcept;
};

/// arithmetic: a row's, as it stands in a suite. Nothing where it states no scaler.
std::optional<StatedScaler> stated_scaler(const Json& arithmetic);

}  // namespace harness
