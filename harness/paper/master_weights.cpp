#include "harness/paper/master_weights.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "harness/paper/half_arithmetic.h"
#include "harness/paper/masks.h"

namespace harness {
namespace {

/// Between these two, whether an update is lost depends on the weight's last bits.
constexpr double kAlwaysMoves = 2048.0;
constexpr double kAlwaysLost = 4096.0;

/// Bins of log2(|weight| / |update|), one unit wide.
constexpr int kFirstBin = -4;
constexpr int kBins = 32;

torch::Tensor rounded(const torch::Tensor& line) {
  return line.to(torch::kHalf).to(torch::kFloat);
}

void add(const torch::Tensor& asked, const torch::Tensor& lost, LostUpdates& updates) {
  updates.updates += count_true(asked);
  updates.lost += count_true(asked & lost);
}

/// One training with masters and, on its gradients, one with half weights alone.
class Comparison {
 public:
  Comparison(const ExperimentRow& row, TrainingPhase phase, double lr)
      : row_(row),
        lr_(lr),
        model_(row.model(phase)),
        step_(model_.module, model_.losses, half_options(row, static_scale(row.scale))),
        sgd_(row.sgd) {
    const torch::NoGradGuard no_gradients;
    names_ = half_parameters(*model_.module);
    masters_start_ = line_of(step_.optimized(), names_);
    half_start_ = rounded(masters_start_);
    half_ = half_start_.clone();
    ever_moved_ = torch::zeros_like(half_, torch::kBool);
    step_.set_gradient_hook([this](const StepGradients& gradients) { follow(gradients); });
    record_.learning_rate = lr;
    record_.weights = half_.numel();
  }

  void run(int index) {
    const auto masters_before = line_of(step_.optimized(), names_);
    const auto& batch = row_.batches[static_cast<std::size_t>(index) % row_.batches.size()];
    const StepRecord record = step_.run(batch.images, batch.labels, lr_);
    const torch::NoGradGuard no_gradients;
    const auto masters = line_of(step_.optimized(), names_);
    record_.masters.updates += masters.numel();
    record_.masters.moved += count_true(masters != masters_before);
    record_.losses.push_back(record.loss);
    ++record_.steps;
    look_at(masters);
  }

  const MasterWeightsPhase& record() const { return record_; }

  Chart movement(const std::string& phase) const {
    Chart chart;
    chart.title = fmt::format("Weights that have left their start ({})", phase);
    chart.x.label = "step";
    chart.y.label = "share of half weights (%)";
    chart.series = {series("FP32 masters", moved_masters_),
                    series("masters rounded to half", moved_rounded_),
                    series("half weights alone", moved_half_)};
    return chart;
  }

  Chart ratios(const std::string& phase) const {
    Chart chart;
    chart.title = fmt::format("How much smaller an update is than its weight ({})", phase);
    chart.x.label = "log2(|weight| / |update|)";
    chart.y.label = "share of updates (%)";
    ChartSeries kept{"half weight moves", SeriesKind::kBars, {}};
    ChartSeries lost{"update lost", SeriesKind::kBars, {}};
    const std::int64_t all = record_.all_steps.updates;
    for (int bin = 0; bin < kBins; ++bin) {
      const LostUpdates& updates = histogram_[static_cast<std::size_t>(bin)];
      const double x = kFirstBin + bin + 0.5;
      kept.points.emplace_back(x, 100.0 * share_of(updates.updates - updates.lost, all));
      lost.points.emplace_back(x, 100.0 * share_of(updates.lost, all));
    }
    chart.series = {kept, lost};
    chart.marks = {{true, 11.0, "2048"}};
    return chart;
  }

 private:
  static ChartSeries series(const std::string& name, const std::vector<double>& shares) {
    ChartSeries series{name, SeriesKind::kLine, {{0.0, 0.0}}};
    for (std::size_t i = 0; i < shares.size(); ++i) {
      series.points.emplace_back(static_cast<double>(i + 1), 100.0 * shares[i]);
    }
    return series;
  }

  /// Where the weights are after a step.
  void look_at(const torch::Tensor& masters) {
    const auto drifted = rounded(masters) != half_start_;
    WeightsAfter& after = record_.after;
    after.masters_moved = count_true(masters != masters_start_);
    after.half_alone_moved = count_true(half_ != half_start_);
    after.drifted = count_true(drifted);
    after.stuck = count_true(drifted & ~ever_moved_);
    moved_masters_.push_back(share_of(after.masters_moved, record_.weights));
    moved_rounded_.push_back(share_of(after.drifted, record_.weights));
    moved_half_.push_back(share_of(after.half_alone_moved, record_.weights));
  }

  void follow(const StepGradients& gradients) {
    auto line = line_of(gradients.named, names_).div_(gradients.scale);
    const auto before = half_.clone();
    sgd_.step(half_, line, lr_);
    const auto wanted = half_.clone();
    half_.copy_(rounded(wanted));
    ever_moved_ |= half_ != before;
    count_updates(before, wanted);
  }

  void count_updates(const torch::Tensor& before, const torch::Tensor& wanted) {
    const auto update = (before.to(torch::kDouble) - wanted.to(torch::kDouble)).abs_();
    const auto asked = update != 0;
    const auto lost = half_ == before;
    if (record_.all_steps.updates == 0) add(asked, lost, record_.first_step);
    add(asked, lost, record_.all_steps);
    const auto magnitude = before.abs().to(torch::kDouble);
    const auto normal = asked & (magnitude >= kMinNormal);
    const auto ratio = magnitude / update;
    add(normal & (ratio < kAlwaysMoves), lost, record_.below_2048);
    add(normal & (ratio >= kAlwaysMoves) & (ratio < kAlwaysLost), lost, record_.between);
    add(normal & (ratio >= kAlwaysLost), lost, record_.above_4096);
    const auto bins = ratio.log2().floor().sub(kFirstBin).clamp(0, kBins - 1);
    for (int bin = 0; bin < kBins; ++bin) {
      add(normal & (bins == bin), lost, histogram_[static_cast<std::size_t>(bin)]);
    }
  }

  const ExperimentRow& row_;
  double lr_;
  ExperimentModel model_;
  TrainingStep step_;
  Sgd sgd_;
  std::vector<std::string> names_;
  torch::Tensor masters_start_, half_start_;
  torch::Tensor half_;        // The weights that exist in half only, as floats.
  torch::Tensor ever_moved_;  // Whether it moved in any step.
  MasterWeightsPhase record_;
  std::array<LostUpdates, kBins> histogram_;
  std::vector<double> moved_masters_, moved_rounded_, moved_half_;  // Shares after each step.
};

}  // namespace

ExperimentOutcome<MasterWeightsRecord, MasterWeightsSettings> master_weights_experiment(
    const ExperimentRow& row, const MasterWeightsOptions& options) {
  ExperimentOutcome<MasterWeightsRecord, MasterWeightsSettings> outcome;
  outcome.settings = {options.steps, row.scale, kPartOfStart, kPartOfPublished};
  outcome.measured.constructed = census_of_updates();
  int done = 0;
  const auto compare = [&](TrainingPhase phase, double part) {
    Comparison comparison(row, phase, row.learning_rate(part));
    for (int i = 0; i < options.steps; ++i) {
      comparison.run(i);
      if (row.progress) row.progress(++done, 2 * options.steps);
    }
    outcome.charts.push_back(comparison.ratios(to_string(phase)));
    outcome.charts.push_back(comparison.movement(to_string(phase)));
    return comparison.record();
  };
  outcome.measured.start = compare(TrainingPhase::kStart, kPartOfStart);
  outcome.measured.published = compare(TrainingPhase::kPublished, kPartOfPublished);
  return outcome;
}

}  // namespace harness
