#include "harness/paper/accumulation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness/paper/half_arithmetic.h"
#include "harness/precision/half_convolution.h"
#include "harness/precision/policy.h"
#include "harness/record/paper_design.h"
#include "models/activation_observer.h"

namespace harness {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// |value - exact| / |exact|, infinite where the value is not finite.
double relative_error(double value, double exact) {
  if (!std::isfinite(value)) return kInfinity;
  return std::fabs(value - exact) / std::fabs(exact);
}

/// Halves drawn evenly from [0, 1), as after a ReLU: nothing cancels.
std::vector<double> positive_halves(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<double> halves(count);
  for (auto& half : halves) half = round_to_half(static_cast<double>(random()) * 0x1p-32);
  return halves;
}

DotProductRecord dot_product_of(std::size_t length) {
  const DotProducts sums = dot_products(positive_halves(length, kDotProductSeed),
                                        positive_halves(length, kDotProductSeed + 1));
  return {static_cast<std::int64_t>(length),
          sums.exact,
          sums.half,
          std::isinf(sums.half),
          sums.single,
          relative_error(sums.half, sums.exact),
          relative_error(sums.single, sums.exact)};
}

std::vector<DotProductRecord> constructed_dot_products() {
  std::vector<DotProductRecord> records;
  for (const auto length : kDotProductLengths) {
    records.push_back(dot_product_of(static_cast<std::size_t>(length)));
  }
  return records;
}

Chart chart_of(const std::vector<DotProductRecord>& dot_products) {
  Chart chart;
  chart.title = "Error of a dot product of positive halves";
  chart.x = {"length of the dot product", true};
  chart.y = {"relative error against FP64", true};
  ChartSeries half{"accumulated in half", SeriesKind::kLine, {}};
  ChartSeries single{"accumulated in FP32, rounded once", SeriesKind::kLine, {}};
  for (const auto& sum : dot_products) {
    half.points.emplace_back(static_cast<double>(sum.length), sum.half_error);
    single.points.emplace_back(static_cast<double>(sum.length), sum.single_error);
  }
  chart.series = {half, single};
  chart.marks = {{false, 0x1p-11, "2^-11: one rounding to half"}};
  return chart;
}

/// Batch norm's statistics over as many equal values as one channel of a map has.
std::vector<EqualValuesMean> constructed_means() {
  std::vector<EqualValuesMean> means;
  for (const auto& [value, count] : kEqualValues) {
    const std::vector<float> values(static_cast<std::size_t>(count), static_cast<float>(value));
    const double half = moments_of(values, Accumulator::kHalf).mean;
    means.push_back(
        {value, count, half, std::isinf(half), moments_of(values, Accumulator::kSingle).mean});
  }
  return means;
}

/// What the kernels that run the rows compute for sums that half cannot hold.
KernelSums sums_of_the_kernels() {
  register_half_convolution();
  const torch::NoGradGuard no_gradients;
  KernelSums sums;
  sums.convolution = active_half_convolution();
  sums.ones = kKernelOnes;
  const auto ones = torch::ones({1, sums.ones, 1, 1}, torch::kHalf);
  sums.sum_of_ones = torch::conv2d(ones, ones).to(torch::kDouble).item<double>();
  sums.value = kKernelValue;
  const auto values = torch::full({1, 1, kKernelMap[0], kKernelMap[1]}, sums.value, torch::kHalf);
  sums.count = values.numel();
  const auto mean = torch::zeros({1}), variance = torch::ones({1});
  const auto weight = torch::ones({1}), bias = torch::zeros({1});
  torch::batch_norm(values, weight, bias, mean, variance, /*training=*/true, /*momentum=*/1.0,
                    /*eps=*/1e-5, /*cudnn_enabled=*/false);
  sums.batch_norm_mean = mean.item<double>();
  return sums;
}

/// The larger of the mean's error in standard deviations and the variance's relative error: the
/// error of batch norm's output.
double statistics_error(const Moments& moments, const Moments& exact) {
  if (!std::isfinite(moments.mean) || !std::isfinite(moments.variance)) return kInfinity;
  return std::max(std::fabs(moments.mean - exact.mean) / std::sqrt(exact.variance),
                  std::fabs(moments.variance - exact.variance) / exact.variance);
}

class StatisticsObserver : public models::ActivationObserver {
 public:
  explicit StatisticsObserver(const torch::nn::Module& root) {
    for (const auto& module : root.named_modules()) {
      if (module.value()->as<torch::nn::Conv2dImpl>() != nullptr)
        convolutions_.insert(module.key());
    }
  }
  void observe(std::string_view layer, const torch::Tensor& activation) override {
    if (!convolutions_.contains(layer)) return;
    const auto rows = activation.detach().to(torch::kFloat).transpose(0, 1).flatten(1).contiguous();
    LayerStatistics errors;
    errors.layer = layer;
    errors.count = rows.size(1);
    for (std::int64_t channel = 0; channel < rows.size(0); ++channel) {
      const float* first = rows.const_data_ptr<float>() + channel * rows.size(1);
      add_channel({first, static_cast<std::size_t>(rows.size(1))}, errors);
    }
    layers_.push_back(errors);
  }

  const std::vector<LayerStatistics>& layers() const { return layers_; }

 private:
  static void add_channel(std::span<const float> values, LayerStatistics& errors) {
    const Moments exact = moments_of(values, Accumulator::kDouble);
    if (!(exact.variance > 0.0)) return;
    const double half = statistics_error(moments_of(values, Accumulator::kHalf), exact);
    const double single = statistics_error(moments_of(values, Accumulator::kSingle), exact);
    ++errors.channels;
    errors.half_off += half > kOffChannel ? 1 : 0;
    errors.single_off += single > kOffChannel ? 1 : 0;
    errors.half_worst = std::max(errors.half_worst, half);
    errors.single_worst = std::max(errors.single_worst, single);
  }

  std::set<std::string, std::less<>> convolutions_;
  std::vector<LayerStatistics> layers_;
};

std::vector<LayerStatistics> statistics_of_the_row(const ExperimentRow& row) {
  const ExperimentModel model = row.model(TrainingPhase::kPublished);
  apply_for_inference(*model.module, Policy::kFp16Master);
  StatisticsObserver observer(*model.module);
  const torch::NoGradGuard no_gradients;
  const models::ObservationScope scope(*model.module, observer);
  const auto& batch = row.batches.front();
  model.losses(batch.images.to(torch::kHalf), batch.labels);
  return observer.layers();
}

}  // namespace

ExperimentOutcome<AccumulationRecord, AccumulationSettings> accumulation_experiment(
    const ExperimentRow& row) {
  ExperimentOutcome<AccumulationRecord, AccumulationSettings> outcome;
  outcome.settings = {kOffChannel, kDotProductSeed};
  outcome.measured = {constructed_dot_products(), constructed_means(), sums_of_the_kernels(),
                      statistics_of_the_row(row)};
  outcome.charts = {chart_of(outcome.measured.dot_products)};
  return outcome;
}

}  // namespace harness
