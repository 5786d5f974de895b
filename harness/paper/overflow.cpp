#include "harness/paper/overflow.h"

#include <array>
#include <cmath>
#include <string>
#include <string_view>

namespace harness {
namespace {

struct Run {
  ScaledTraining OverflowRecord::*record;
  const char* label;
  Policy policy;
  ScalerType scaler;
  bool own_scale;  ///< The row's, else the one that is too large.
  bool unguarded;
};

constexpr std::array<Run, 5> kRuns{{{&OverflowRecord::mmcv_dynamic, "mmcv-dynamic",
                                     Policy::kFp16Master, ScalerType::kMmcvDynamic, false, false},
                                    {&OverflowRecord::grad_scaler, "grad-scaler (fp16-amp)",
                                     Policy::kFp16Amp, ScalerType::kGradScaler, false, false},
                                    {&OverflowRecord::unguarded, "static, no overflow check",
                                     Policy::kFp16Master, ScalerType::kStatic, false, true},
                                    {&OverflowRecord::guarded, "static, overflow check",
                                     Policy::kFp16Master, ScalerType::kStatic, false, false},
                                    {&OverflowRecord::row, "the row's scale, no overflow check",
                                     Policy::kFp16Master, ScalerType::kStatic, true, true}}};

TrainingOptions options_of(const Run& run, const ExperimentRow& row, double scale) {
  TrainingOptions options;
  options.policy = run.policy;
  options.sgd = row.sgd;
  options.scaler = ScalerOptions::defaults(run.scaler);
  options.scaler.init_scale = run.own_scale ? row.scale : scale;
  options.quirks.no_overflow_check = run.unguarded;
  return options;
}

std::int64_t non_finite(const NamedTensors& tensors) {
  std::int64_t count = 0;
  for (const auto& [name, tensor] : tensors)
    count += (~tensor.isfinite()).sum().item<std::int64_t>();
  return count;
}

ScaledTraining train(const ExperimentRow& row, const TrainingOptions& arithmetic, int steps,
                     const std::function<void()>& after_step) {
  const ExperimentModel model = row.model(TrainingPhase::kStart);
  TrainingStep step(model.module, model.losses, arithmetic);
  ScaledTraining training;
  for (const auto& [name, tensor] : step.optimized()) training.weights += tensor.numel();
  for (int i = 0; i < steps; ++i) {
    const auto& batch = row.batches[static_cast<std::size_t>(i) % row.batches.size()];
    const StepRecord record = step.run(batch.images, batch.labels, row.learning_rate(0.0));
    training.trace.push_back({record.scale, record.loss, record.grad_norm});
    if (!std::isfinite(record.grad_norm)) ++training.overflows;
    if (record.skipped) training.last_skipped = i;
    training.ruined = non_finite(step.optimized());
    if (training.ruined > 0 && !training.first_ruined) training.first_ruined = i;
    after_step();
  }
  training.steps = steps;
  training.skipped = step.skipped();
  return training;
}

ChartSeries series(const Run& run, const ScaledTraining& training, double ScaledStep::*value) {
  ChartSeries series{run.label, SeriesKind::kLine, {}};
  for (std::size_t i = 0; i < training.trace.size(); ++i) {
    series.points.emplace_back(static_cast<double>(i), training.trace[i].*value);
  }
  return series;
}

std::vector<Chart> charts_of(const OverflowRecord& record) {
  Chart scales, losses;
  scales.title = "Loss scale";
  scales.x.label = losses.x.label = "step";
  scales.y = {"scale", true};
  losses.title = "Loss (a gap: not finite)";
  losses.y.label = "loss";
  for (const auto& run : kRuns) {
    scales.series.push_back(series(run, record.*run.record, &ScaledStep::scale));
    losses.series.push_back(series(run, record.*run.record, &ScaledStep::loss));
  }
  return {scales, losses};
}

}  // namespace

ExperimentOutcome<OverflowRecord, OverflowSettings> overflow_experiment(
    const ExperimentRow& row, const OverflowOptions& options) {
  ExperimentOutcome<OverflowRecord, OverflowSettings> outcome;
  outcome.settings = {options.scale, options.dynamic_steps, options.static_steps, row.scale,
                      row.learning_rate(0.0)};
  outcome.measured.batches = std::ssize(row.batches);
  const auto steps_of = [&](const Run& run) {
    return run.scaler == ScalerType::kStatic ? options.static_steps : options.dynamic_steps;
  };
  int done = 0;
  int total = 0;
  for (const auto& run : kRuns) total += steps_of(run);
  for (const auto& run : kRuns) {
    outcome.measured.*run.record =
        train(row, options_of(run, row, options.scale), steps_of(run), [&] {
          if (row.progress) row.progress(++done, total);
        });
  }
  outcome.charts = charts_of(outcome.measured);
  return outcome;
}

}  // namespace harness
