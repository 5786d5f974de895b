#include "harness/judge/rules/retrained/scale_replay.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "harness/base/number_text.h"

namespace harness {
namespace {

class ExpectedScale {
 public:
  explicit ExpectedScale(const ScalerOptions& scaler)
      : scaler_(scaler),
        is_mmcv_(scaler.type == ScalerType::kMmcvDynamic),
        scale_(rounded(scaler.init_scale)) {}

  double value() const { return scale_; }

  void step(bool overflow) {
    if (!is_dynamic(scaler_.type)) return;
    const bool grows = is_due(overflow);
    if (overflow) {
      scale_ = is_mmcv_ ? std::max(scale_ / scaler_.growth_factor, 1.0)
                        : rounded(scale_ * scaler_.backoff_factor);
    } else if (grows) {
      const double grown = rounded(scale_ * scaler_.growth_factor);
      if (is_mmcv_ || std::isfinite(grown)) scale_ = grown;
    }
  }

 private:
  double rounded(double value) const { return held_scale(scaler_.type, value); }

  /// Whether this step, if it was clean, completes an interval. mmcv counts the steps since the
  /// overflow: one that comes at step s makes s + interval the first to grow.
  bool is_due(bool overflow) {
    if (overflow) {
      clean_ = 0;
      return false;
    }
    ++clean_;
    if (clean_ % scaler_.growth_interval != 0) return false;
    if (!is_mmcv_) clean_ = 0;
    return true;
  }

  const ScalerOptions& scaler_;
  bool is_mmcv_;
  double scale_;
  std::int64_t clean_ = 0;
};

/// Iterates over the recorded changes.
class RecordedScale {
 public:
  explicit RecordedScale(const ScaleRecord& record) : record_(record), scale_(record.first) {}

  double at(std::int64_t step) {
    while (next_ < record_.changes.size() && record_.changes[next_].step <= step) {
      scale_ = record_.changes[next_++].scale;
    }
    return scale_;
  }

 private:
  const ScaleRecord& record_;
  double scale_;
  std::size_t next_ = 0;
};

/// "" where the scale is the expected one.
std::string difference_at(std::int64_t step, double seen, double expected) {
  // Not `!=`: a scale that is not a number is a difference.
  if (seen == expected) return "";
  return fmt::format("expected the scale {} in step {}, found {}", short_text(expected, 10),
                     count_text(step), short_text(seen, 10));
}

}  // namespace

double held_scale(ScalerType type, double scale) {
  return facts(type).source == ScalerSource::kTorch ? static_cast<float>(scale) : scale;
}

std::string scale_difference(const TrainingRecord& record, const ScalerOptions& scaler) {
  const auto listed = static_cast<std::int64_t>(record.skipped_steps.size());
  if (listed != record.skipped) {
    return fmt::format("only {} of its {} are on record", count_text(listed),
                       plural(record.skipped, "skipped step"));
  }
  ExpectedScale expected(scaler);
  RecordedScale recorded(record.scale);
  std::size_t next = 0;
  for (std::int64_t step = 0; step < record.steps; ++step) {
    auto difference = difference_at(step, recorded.at(step), expected.value());
    if (!difference.empty()) return difference;
    const bool overflow = next < record.skipped_steps.size() && record.skipped_steps[next] == step;
    if (overflow) ++next;
    expected.step(overflow);
  }
  if (next == record.skipped_steps.size()) return "";
  return "its skipped steps are not in order or outside of the training";
}

std::string scale_difference(const std::vector<LockstepStep>& series, const ScalerOptions& scaler) {
  ExpectedScale expected(scaler);
  for (const auto& step : series) {
    auto difference = difference_at(step.step, step.scale, expected.value());
    if (!difference.empty()) return difference;
    expected.step(step.overflow);
  }
  return "";
}

}  // namespace harness
