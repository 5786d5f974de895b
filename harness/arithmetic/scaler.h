#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace harness {

/// What multiplies a loss before its gradients are taken, so that they do not vanish in half.
enum class ScalerType {
  kNone,              ///< "none": the scale is 1 and overflow is not checked.
  kStatic,            ///< "static": mmcv 1.3.14 LossScaler, mode "static".
  kMmcvDynamic,       ///< "mmcv-dynamic": mmcv 1.3.14 LossScaler, mode "dynamic".
  kGradScaler,        ///< "grad-scaler": torch.amp.GradScaler.
  kGradScalerPinned,  ///< "grad-scaler-pinned": GradScaler whose update() is given a number.
};

/// Arguments of a scaler. The comments say which types use them.
struct ScalerOptions {
  ScalerType type = ScalerType::kNone;
  double init_scale = 1.0;              ///< All but none.
  double growth_factor = 2.0;           ///< grad-scaler; mmcv-dynamic calls it scale_factor.
  double backoff_factor = 0.5;          ///< grad-scaler; mmcv-dynamic divides by growth_factor.
  std::int64_t growth_interval = 2000;  ///< grad-scaler; mmcv-dynamic calls it scale_window.

  /// The defaults of the source: mmcv-dynamic 2^32, 2, 1000 (mmcv 1.3.14
  /// mmcv/runner/fp16_utils.py), grad-scaler 2^16, 2, 0.5, 2000 (torch/amp/grad_scaler.py), 512 for
  /// the two whose scale is fixed (Fp16OptimizerHook's default).
  static ScalerOptions defaults(ScalerType type);

  friend bool operator==(const ScalerOptions&, const ScalerOptions&) = default;
};

/// The library whose code a scaler reproduces.
enum class ScalerSource { kNone, kMmcv, kTorch };

struct ScalerFacts {
  ScalerOptions defaults;
  std::string_view name;  ///< The name in suites: "mmcv-dynamic".
  ScalerSource source;
  bool is_dynamic;  ///< Overflows and clean steps move the scale.
  /// Keys of the arguments in a suite, as the source names them; "" where the type has none.
  std::string_view growth_factor;
  std::string_view backoff_factor;
  std::string_view growth_interval;
};

const ScalerFacts& facts(ScalerType type) noexcept;
std::string_view to_string(ScalerType type) noexcept;
std::optional<ScalerType> find_scaler_type(std::string_view name) noexcept;
std::vector<std::string_view> scaler_names();
bool is_dynamic(ScalerType type) noexcept;

/// Overflows in a row after which a dynamic scale is at most 1, and with it below every loss that
/// overflows by its scale alone; 0 for a fixed scale, and for one that no overflow lowers.
std::int64_t steps_to_come_down(const ScalerOptions& options) noexcept;

/// An argument that is invalid for every scaler.
struct ScalerProblem {
  std::string_view argument;  ///< The field of ScalerOptions: "init_scale".
  std::string detail;         ///< "expected a finite positive number, got 0".
};

/// The first wrong argument: scales must be finite and positive (as a float for GradScaler's
/// types), a growth factor at least 1, a backoff factor between 0 and 1, an interval at least 1.
std::optional<ScalerProblem> find_problem(const ScalerOptions& options);

/// A suite's `scaler`: {"type": "static", "scale": 512}. The keys beside "type":
/// - init_scale, or `scale`, which means the same: every type but none; static must state it;
/// - scale_factor, scale_window: mmcv-dynamic;
/// - growth_factor, backoff_factor, growth_interval: grad-scaler.
/// What is not stated has the default of its source.
/// subject, path: the file's name and the key path of `scaler` in it, for messages.
/// Throws Error(kInvalidSuite) with the path of the key: an unknown type or key, both words for
/// the scale, an argument that find_problem refuses.
ScalerOptions scaler_from_json(const Json& scaler, std::string_view subject, std::string_view path);

/// What scaler_from_json reads as the same options. Arguments that are the default are left out,
/// but a fixed scale is always stated, as `scale`.
Json to_json(const ScalerOptions& options);

}  // namespace harness
