#pragma once

#include <cstdint>
#include <string_view>

#include "harness/base/json.h"

namespace harness {

/// What multiplies a loss before its gradients are taken, so that they do not vanish in half.
enum class ScalerType {
  kNone,              ///< "none": the scale is 1 and nothing is looked for.
  kStatic,            ///< "static": mmcv 1.3.14 LossScaler, mode "static".
  kMmcvDynamic,       ///< "mmcv-dynamic": mmcv 1.3.14 LossScaler, mode "dynamic".
  kGradScaler,        ///< "grad-scaler": torch.amp.GradScaler.
  kGradScalerPinned,  ///< "grad-scaler-pinned": GradScaler whose update() is given a number.
};

std::string_view to_string(ScalerType type) noexcept;

/// Throws Error(kUsage) that lists the names.
ScalerType scaler_type_from_string(std::string_view name);

/// Which code takes an Fp16OptimizerHook's `loss_scale`.
enum class HookBranch {
  kMmcv104,   ///< mmcv before 1.2.0: a number, static and unchecked.
  kMmcvHalf,  ///< mmcv 1.2.2 and newer with torch < 1.6: LossScaler.
  kMmcvAmp,   ///< mmcv 1.3.2 and newer with torch >= 1.6: GradScaler.
};

/// Arguments of a scaler. Which of them a type uses: those named beside it.
struct ScalerOptions {
  ScalerType type = ScalerType::kNone;
  double init_scale = 1.0;              ///< All but none.
  double growth_factor = 2.0;           ///< grad-scaler; mmcv-dynamic calls it scale_factor.
  double backoff_factor = 0.5;          ///< grad-scaler; mmcv-dynamic divides by growth_factor.
  std::int64_t growth_interval = 2000;  ///< grad-scaler; mmcv-dynamic calls it scale_window.

  /// What the source takes where nothing is said: mmcv-dynamic 2^32, 2, 1000 (mmcv 1.3.14
  /// mmcv/runner/fp16_utils.py), grad-scaler 2^16, 2, 0.5, 2000 (torch/amp/grad_scaler.py), 512 for
  /// the two that stand still (Fp16OptimizerHook's default).
  static ScalerOptions defaults(ScalerType type);

  friend bool operator==(const ScalerOptions&, const ScalerOptions&) = default;
};

/// A suite's `scaler`: {"type": "static", "scale": 512}. Keys beside "type", all optional: scale
/// (or init_scale) for static and grad-scaler-pinned; init_scale, scale_factor, scale_window for
/// mmcv-dynamic; init_scale, growth_factor, backoff_factor, growth_interval for grad-scaler.
/// subject, path: where it stands, for messages. Throws Error(kInvalidSuite), and Error(kUsage) for
/// an unknown type.
ScalerOptions scaler_from_json(const Json& scaler, std::string_view subject, std::string_view path);

/// What Fp16OptimizerHook makes of its argument `loss_scale`: the text "dynamic", a float, or a
/// dict of the scaler's arguments. An integer is refused as mmcv refuses it (but before 1.2.0,
/// where every number is static and nothing else is known). Throws Error(kInvalidSuite).
ScalerOptions scaler_from_hook(const Json& loss_scale, HookBranch branch);

/// The state machine of a loss scale, exact to the last bit of the scale.
class LossScaler {
 public:
  /// Throws Error(kUsage): scales must be finite and positive, a growth factor at least 1, a
  /// backoff factor between 0 and 1, an interval at least 1.
  explicit LossScaler(const ScalerOptions& options);

  ScalerType type() const noexcept { return options_.type; }

  /// By what the next loss is multiplied. mmcv's is a double without an upper bound (it may become
  /// infinite); GradScaler's is a float (it may become 0).
  double scale() const noexcept { return scale_; }

  /// By what GradScaler multiplies gradients: 1 / scale, computed in double and rounded to float.
  double inverse_scale() const noexcept;

  /// Whether the source looks for infinities under this scaler, and skips a step that has them.
  bool looks_for_overflow() const noexcept;

  /// After each step. overflow: a gradient was infinite or NaN.
  void update(bool overflow);

  /// Under the keys of the source: {cur_scale, cur_iter, mode, last_overflow_iter, scale_factor,
  /// scale_window} of mmcv, {scale, growth_factor, backoff_factor, growth_interval,
  /// _growth_tracker} of GradScaler, {} of none. An infinite scale is an infinite number, which
  /// JSON text does not keep.
  Json state() const;

  /// Takes everything from `state`, arguments too, as the source does. Throws Error(kInvalidFile)
  /// that names the key: missing, unknown, of another type, or of another scaler. A null (an
  /// infinite scale that went through JSON text) is refused.
  void restore(const Json& state);

 private:
  bool is_mmcv() const noexcept;
  void update_mmcv(bool overflow);
  void update_grad_scaler(bool overflow);
  void restore_mmcv(const Json& state);
  void restore_grad_scaler(const Json& state);

  ScalerOptions options_;
  double scale_;
  std::int64_t iteration_ = 0;       // mmcv's cur_iter; GradScaler's _growth_tracker.
  std::int64_t last_overflow_ = -1;  // mmcv only.
};

}  // namespace harness
