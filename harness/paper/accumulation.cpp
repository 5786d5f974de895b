#include "harness/paper/accumulation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>

#include "harness/paper/half_arithmetic.h"
#include "harness/precision/half_convolution.h"
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

void add_dot_products(ExperimentRecord& record) {
  constexpr std::uint32_t kSeed = 1;
  Chart chart;
  chart.title = "Error of a dot product of positive halves";
  chart.x = {"length of the dot product", true};
  chart.y = {"relative error against FP64", true};
  ChartSeries half{"accumulated in half", SeriesKind::kLine, {}};
  ChartSeries single{"accumulated in FP32, rounded once", SeriesKind::kLine, {}};
  Json rows = Json::array();
  for (std::size_t length = 16; length <= 65536; length *= 4) {
    const auto a = positive_halves(length, kSeed);
    const auto b = positive_halves(length, kSeed + 1);
    const DotProducts sums = dot_products(a, b);
    const double of_half = relative_error(sums.half, sums.exact);
    const double of_single = relative_error(sums.single, sums.exact);
    rows.push_back({{"length", length},
                    {"exact", sums.exact},
                    {"half", number_or_null(sums.half)},
                    {"single", number_or_null(sums.single)},
                    {"half_error", number_or_null(of_half)},
                    {"single_error", number_or_null(of_single)}});
    half.points.emplace_back(static_cast<double>(length), of_half);
    single.points.emplace_back(static_cast<double>(length), of_single);
  }
  chart.series = {half, single};
  chart.marks = {{false, 0x1p-11, "2^-11: one rounding to half"}};
  record.settings["dot_product_seed"] = kSeed;
  record.measurements["dot_products"] = rows;
  record.charts.push_back(chart);
}

/// Batch norm's statistics over as many equal values as one channel of a map has.
void add_statistics(ExperimentRecord& record) {
  Json rows = Json::array();
  for (const auto& [value, count] :
       {std::pair{1.0F, 1024}, {1.0F, 32768}, {4.0F, 32768}, {32.0F, 32768}}) {
    const std::vector<float> values(static_cast<std::size_t>(count), value);
    const double half = moments_of(values, Accumulator::kHalf).mean;
    rows.push_back({{"value", value},
                    {"count", count},
                    {"half_mean", number_or_null(half)},
                    {"half_overflows", std::isinf(half)},
                    {"single_mean", moments_of(values, Accumulator::kSingle).mean}});
  }
  record.measurements["statistics"] = rows;
}

/// What the kernels that rows run with make of sums which half cannot hold.
void add_kernels(ExperimentRecord& record) {
  register_half_convolution();
  const torch::NoGradGuard no_gradients;
  constexpr std::int64_t kLength = 8192;
  const auto ones = torch::ones({1, kLength, 1, 1}, torch::kHalf);
  const auto sum = torch::conv2d(ones, ones).to(torch::kDouble).item<double>();
  const auto values = torch::full({1, 1, 128, 256}, 4.0, torch::kHalf);
  const auto mean = torch::zeros({1}), variance = torch::ones({1});
  const auto weight = torch::ones({1}), bias = torch::zeros({1});
  torch::batch_norm(values, weight, bias, mean, variance, /*training=*/true, /*momentum=*/1.0,
                    /*eps=*/1e-5, /*cudnn_enabled=*/false);
  record.measurements["kernels"] = {
      {"convolution", active_half_convolution()},
      {"sum_of_ones", {{"length", kLength}, {"measured", number_or_null(sum)}}},
      {"batch_norm_mean",
       {{"value", 4.0}, {"count", 32768}, {"measured", number_or_null(mean.item<double>())}}}};
}

/// How far the statistics of one layer's channels are off.
struct LayerErrors {
  std::int64_t count = 0;     // Values in a channel.
  std::int64_t channels = 0;  // Those that vary: others have no scale to measure by.
  std::int64_t half_off = 0, single_off = 0;
  double half_worst = 0.0, single_worst = 0.0;
};

/// The larger of the mean's error in standard deviations and the variance's relative error: what
/// batch norm's output is off by.
double statistics_error(const Moments& moments, const Moments& exact) {
  if (!std::isfinite(moments.mean) || !std::isfinite(moments.variance)) return kInfinity;
  return std::max(std::fabs(moments.mean - exact.mean) / std::sqrt(exact.variance),
                  std::fabs(moments.variance - exact.variance) / exact.variance);
}

class StatisticsObserver : public models::ActivationObserver {
 public:
  /// 1 %: a tenth of batch norm's momentum, and twenty times what one rounding to half costs.
  static constexpr double kOff = 0.01;

  explicit StatisticsObserver(const torch::nn::Module& root) {
    for (const auto& module : root.named_modules()) {
      if (module.value()->as<torch::nn::Conv2dImpl>() != nullptr)
        convolutions_.insert(module.key());
    }
  }
  void observe(std::string_view layer, const torch::Tensor& activation) override {
    if (convolutions_.count(std::string(layer)) == 0) return;
    const auto rows = activation.detach().to(torch::kFloat).transpose(0, 1).flatten(1).contiguous();
    LayerErrors errors;
    errors.count = rows.size(1);
    for (std::int64_t channel = 0; channel < rows.size(0); ++channel) {
      const float* first = rows.const_data_ptr<float>() + channel * rows.size(1);
      add_channel({first, static_cast<std::size_t>(rows.size(1))}, errors);
    }
    layers_.emplace_back(layer, errors);
  }

  const std::vector<std::pair<std::string, LayerErrors>>& layers() const { return layers_; }

 private:
  static void add_channel(std::span<const float> values, LayerErrors& errors) {
    const Moments exact = moments_of(values, Accumulator::kDouble);
    if (!(exact.variance > 0.0)) return;
    const double half = statistics_error(moments_of(values, Accumulator::kHalf), exact);
    const double single = statistics_error(moments_of(values, Accumulator::kSingle), exact);
    ++errors.channels;
    errors.half_off += half > kOff ? 1 : 0;
    errors.single_off += single > kOff ? 1 : 0;
    errors.half_worst = std::max(errors.half_worst, half);
    errors.single_worst = std::max(errors.single_worst, single);
  }

  std::set<std::string> convolutions_;
  std::vector<std::pair<std::string, LayerErrors>> layers_;
};

void add_activations(const ExperimentRow& row, ExperimentRecord& record) {
  const ExperimentModel model = row.model(TrainingPhase::kPublished);
  apply_for_inference(*model.module, Policy::kFp16Master);
  StatisticsObserver observer(*model.module);
  {
    const torch::NoGradGuard no_gradients;
    const models::ObservationScope scope(*model.module, observer);
    const auto& batch = row.batches.front();
    model.losses(batch.images.to(torch::kHalf), batch.labels);
  }
  LayerErrors all;
  Json layers = Json::array();
  for (const auto& [name, errors] : observer.layers()) {
    layers.push_back({{"layer", name},
                      {"count", errors.count},
                      {"channels", errors.channels},
                      {"half_off", errors.half_off},
                      {"single_off", errors.single_off},
                      {"half_worst", number_or_null(errors.half_worst)},
                      {"single_worst", number_or_null(errors.single_worst)}});
    all.channels += errors.channels;
    all.half_off += errors.half_off;
    all.single_off += errors.single_off;
    all.half_worst = std::max(all.half_worst, errors.half_worst);
    all.single_worst = std::max(all.single_worst, errors.single_worst);
  }
  record.measurements["activations"] = {{"channels", all.channels},
                                        {"half_off", all.half_off},
                                        {"single_off", all.single_off},
                                        {"half_worst", number_or_null(all.half_worst)},
                                        {"single_worst", number_or_null(all.single_worst)},
                                        {"layers", layers}};
}

}  // namespace

ExperimentRecord accumulation_experiment(const ExperimentRow& row) {
  ExperimentRecord record;
  record.settings = {{"off", StatisticsObserver::kOff}};
  add_dot_products(record);
  add_statistics(record);
  add_kernels(record);
  add_activations(row, record);
  return record;
}

}  // namespace harness
