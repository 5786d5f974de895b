#include "harness/paper/master_weights.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "harness/paper/half_arithmetic.h"

namespace harness {
namespace {

constexpr double kMinNormal = 0x1p-14;
/// Between these two, whether an update is lost depends on the weight's last bits.
constexpr double kAlwaysMoves = 2048.0;
constexpr double kAlwaysLost = 4096.0;

/// Bins of log2(|weight| / |update|), one unit wide.
constexpr int kFirstBin = -4;
constexpr int kBins = 32;

std::int64_t count(const torch::Tensor& mask) {
  return mask.sum().item<std::int64_t>();
}

torch::Tensor rounded(const torch::Tensor& line) {
  return line.to(torch::kHalf).to(torch::kFloat);
}

/// Non-zero updates, and those of them that left the half weight where it was.
struct Updates {
  std::int64_t asked = 0;
  std::int64_t lost = 0;

  void add(const torch::Tensor& asked_mask, const torch::Tensor& lost_mask) {
    asked += count(asked_mask);
    lost += count(asked_mask & lost_mask);
  }
  Json record() const {
    return {{"updates", asked}, {"lost", lost}, {"share", number_or_null(share_of(lost, asked))}};
  }
};

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
    histogram_.fill({});
  }

  void run(int index) {
    const auto masters_before = line_of(step_.optimized(), names_);
    const auto& batch = row_.batches[static_cast<std::size_t>(index) % row_.batches.size()];
    const StepRecord record = step_.run(batch.images, batch.labels, lr_);
    const torch::NoGradGuard no_gradients;
    const auto masters = line_of(step_.optimized(), names_);
    masters_kept_ += count(masters != masters_before);
    masters_asked_ += masters.numel();
    const auto all = masters.numel();
    losses_.push_back(record.loss);
    moved_masters_.push_back(share_of(count(masters != masters_start_), all));
    moved_rounded_.push_back(share_of(count(rounded(masters) != half_start_), all));
    moved_half_.push_back(share_of(count(half_ != half_start_), all));
    stuck_ = count((rounded(masters) != half_start_) & ~ever_moved_);
    drifted_ = count(rounded(masters) != half_start_);
  }

  Json record() const {
    Json losses = Json::array();
    for (const double loss : losses_) losses.push_back(number_or_null(loss));
    return {{"learning_rate", lr_},
            {"weights", half_.numel()},
            {"steps", losses_.size()},
            {"losses", losses},
            {"first_step", first_.record()},
            {"all_steps", all_.record()},
            {"below_2048", below_.record()},
            {"between", between_.record()},
            {"above_4096", above_.record()},
            {"masters", {{"updates", masters_asked_}, {"moved", masters_kept_}}},
            {"after",
             {{"masters_moved", number_or_null(moved_masters_.back())},
              {"rounded_masters_moved", number_or_null(moved_rounded_.back())},
              {"half_alone_moved", number_or_null(moved_half_.back())},
              {"drifted", drifted_},
              {"stuck", stuck_},
              {"stuck_share", number_or_null(share_of(stuck_, drifted_))}}}};
  }

  Chart movement(const std::string& phase) const {
    Chart chart;
    chart.title = "Weights that have left their start (" + phase + ")";
    chart.x.label = "step";
    chart.y.label = "share of half weights (%)";
    chart.series = {series("FP32 masters", moved_masters_),
                    series("masters rounded to half", moved_rounded_),
                    series("half weights alone", moved_half_)};
    return chart;
  }

  Chart ratios(const std::string& phase) const {
    Chart chart;
    chart.title = "How much smaller an update is than its weight (" + phase + ")";
    chart.x.label = "log2(|weight| / |update|)";
    chart.y.label = "share of updates (%)";
    ChartSeries kept{"half weight moves", SeriesKind::kBars, {}};
    ChartSeries lost{"update lost", SeriesKind::kBars, {}};
    for (int bin = 0; bin < kBins; ++bin) {
      const Updates& updates = histogram_[static_cast<std::size_t>(bin)];
      const double x = kFirstBin + bin + 0.5;
      kept.points.emplace_back(x, 100.0 * share_of(updates.asked - updates.lost, all_.asked));
      lost.points.emplace_back(x, 100.0 * share_of(updates.lost, all_.asked));
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
    if (all_.asked == 0) first_.add(asked, lost);
    all_.add(asked, lost);
    const auto magnitude = before.abs().to(torch::kDouble);
    const auto normal = asked & (magnitude >= kMinNormal);
    const auto ratio = magnitude / update;
    below_.add(normal & (ratio < kAlwaysMoves), lost);
    between_.add(normal & (ratio >= kAlwaysMoves) & (ratio < kAlwaysLost), lost);
    above_.add(normal & (ratio >= kAlwaysLost), lost);
    const auto bins = ratio.log2().floor().sub(kFirstBin).clamp(0, kBins - 1);
    for (int bin = 0; bin < kBins; ++bin) {
      histogram_[static_cast<std::size_t>(bin)].add(normal & (bins == bin), lost);
    }
  }

  const ExperimentRow& row_;
  double lr_;
  ExperimentModel model_;
  TrainingStep step_;
  Sgd sgd_;
  std::vector<std::string> names_;
  torch::Tensor masters_start_, half_start_;
  torch::Tensor half_;        // What lives in half alone, as floats.
  torch::Tensor ever_moved_;  // Whether it moved in any step.
  Updates first_, all_, below_, between_, above_;
  std::array<Updates, kBins> histogram_;
  std::int64_t masters_asked_ = 0, masters_kept_ = 0, stuck_ = 0, drifted_ = 0;
  std::vector<double> losses_, moved_masters_, moved_rounded_, moved_half_;
};

Json constructed() {
  const UpdateCensus census = census_of_updates();
  return {{"weights", census.weights},
          {"cases", census.cases},
          {"below_moved", census.below_moved},
          {"above_lost", census.above_lost},
          {"ties_lost", census.ties_lost},
          {"even_weights", census.even_weights},
          {"smallest_lost_ratio", number_or_null(census.smallest_lost_ratio)},
          {"largest_moving_ratio", number_or_null(census.largest_moving_ratio)}};
}

}  // namespace

ExperimentRecord master_weights_experiment(const ExperimentRow& row,
                                           const MasterWeightsOptions& options) {
  ExperimentRecord record;
  record.settings = {{"steps", options.steps}, {"scale", row.scale}};
  record.measurements["constructed"] = constructed();
  int done = 0;
  for (const auto& [phase, part] :
       {std::pair{TrainingPhase::kStart, 0.0}, std::pair{TrainingPhase::kPublished, 0.9}}) {
    const std::string name = to_string(phase);
    record.settings["part_of_training_" + name] = part;
    Comparison comparison(row, phase, row.learning_rate(part));
    for (int i = 0; i < options.steps; ++i) {
      comparison.run(i);
      if (row.progress) row.progress(++done, 2 * options.steps);
    }
    record.measurements[name] = comparison.record();
    record.charts.push_back(comparison.ratios(name));
    record.charts.push_back(comparison.movement(name));
  }
  return record;
}

}  // namespace harness
