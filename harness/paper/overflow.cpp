#include "harness/paper/overflow.h"

#include <array>
#include <cmath>
#include <string>
#include <string_view>

namespace harness {
namespace {

struct Run {
  std::string_view name;
  const char* label;
  Policy policy;
  ScalerType scaler;
  bool own_scale;  ///< The row's, else the one that is too large.
  bool unguarded;
};

const std::array<Run, 5> kRuns{
    {{to_string(ScalerType::kMmcvDynamic), "mmcv-dynamic", Policy::kFp16Master,
      ScalerType::kMmcvDynamic, false, false},
     {to_string(ScalerType::kGradScaler), "grad-scaler (fp16-amp)", Policy::kFp16Amp,
      ScalerType::kGradScaler, false, false},
     {"unguarded", "static, no overflow check", Policy::kFp16Master, ScalerType::kStatic, false,
      true},
     {"guarded", "static, overflow check", Policy::kFp16Master, ScalerType::kStatic, false, false},
     {"row", "the row's scale, no overflow check", Policy::kFp16Master, ScalerType::kStatic, true,
      true}}};

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

/// One training under one scaler.
struct Trace {
  std::vector<double> scales, losses, norms;
  std::int64_t weights = 0;
  std::int64_t infinite_gradients = 0;  ///< Steps whose gradients were not all finite.
  std::int64_t first_ruined = -1;       ///< The first step after which a weight was not finite.
  std::int64_t ruined = 0;              ///< Weights that are not finite at the end.
  std::int64_t skipped = 0, last_skipped = -1;

  Json record() const {
    Json steps = Json::array();
    for (std::size_t i = 0; i < scales.size(); ++i) {
      steps.push_back({{"scale", number_or_null(scales[i])},
                       {"loss", number_or_null(losses[i])},
                       {"grad_norm", number_or_null(norms[i])}});
    }
    return {{"steps", scales.size()},
            {"weights", weights},
            {"overflows", infinite_gradients},
            {"skipped", skipped},
            {"last_skipped", last_skipped},
            {"first_ruined", first_ruined},
            {"ruined", ruined},
            {"trace", steps}};
  }
};

Trace train(const ExperimentRow& row, const TrainingOptions& arithmetic, int steps,
            const std::function<void()>& after_step) {
  const ExperimentModel model = row.model(TrainingPhase::kStart);
  TrainingStep step(model.module, model.losses, arithmetic);
  Trace trace;
  for (const auto& [name, tensor] : step.optimized()) trace.weights += tensor.numel();
  for (int i = 0; i < steps; ++i) {
    const auto& batch = row.batches[static_cast<std::size_t>(i) % row.batches.size()];
    const StepRecord record = step.run(batch.images, batch.labels, row.learning_rate(0.0));
    trace.scales.push_back(record.scale);
    trace.losses.push_back(record.loss);
    trace.norms.push_back(record.grad_norm);
    if (!std::isfinite(record.grad_norm)) ++trace.infinite_gradients;
    if (record.skipped) trace.last_skipped = i;
    trace.ruined = non_finite(step.optimized());
    if (trace.ruined > 0 && trace.first_ruined < 0) trace.first_ruined = i;
    after_step();
  }
  trace.skipped = step.skipped();
  return trace;
}

ChartSeries series(const char* name, const std::vector<double>& values) {
  ChartSeries series{name, SeriesKind::kLine, {}};
  for (std::size_t i = 0; i < values.size(); ++i) {
    series.points.emplace_back(static_cast<double>(i), values[i]);
  }
  return series;
}

}  // namespace

ExperimentRecord overflow_experiment(const ExperimentRow& row, const OverflowOptions& options) {
  ExperimentRecord record;
  record.settings = {{"scale", options.scale},
                     {"dynamic_steps", options.dynamic_steps},
                     {"static_steps", options.static_steps},
                     {"row_scale", row.scale},
                     {"learning_rate", row.learning_rate(0.0)}};
  Chart scales, losses;
  scales.title = "Loss scale";
  scales.x.label = losses.x.label = "step";
  scales.y = {"scale", true};
  losses.title = "Loss (a gap: not finite)";
  losses.y.label = "loss";
  int done = 0;
  const auto steps_of = [&](const Run& run) {
    return run.scaler == ScalerType::kStatic ? options.static_steps : options.dynamic_steps;
  };
  int total = 0;
  for (const auto& run : kRuns) total += steps_of(run);
  Json runs = Json::object();
  for (const auto& run : kRuns) {
    const Trace trace = train(row, options_of(run, row, options.scale), steps_of(run), [&] {
      if (row.progress) row.progress(++done, total);
    });
    runs[std::string(run.name)] = trace.record();
    scales.series.push_back(series(run.label, trace.scales));
    losses.series.push_back(series(run.label, trace.losses));
  }
  record.measurements["runs"] = runs;
  record.charts = {scales, losses};
  return record;
}

}  // namespace harness
