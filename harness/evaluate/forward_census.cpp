#include "harness/evaluate/forward_census.h"

#include <map>
#include <string_view>

#include "harness/precision/dtype_name.h"
#include "harness/precision/range_census.h"
#include "models/activation_observer.h"

namespace harness {
namespace {

/// The kind of layer at each path, determined once from the model.
std::map<std::string, std::string> layer_kinds(const torch::nn::Module& model) {
  std::map<std::string, std::string> kinds;
  for (const auto& item : model.named_modules()) {
    if (item.value()->as<torch::nn::Conv2d>() != nullptr) kinds[item.key()] = "convolution";
    if (item.value()->as<torch::nn::BatchNorm2d>() != nullptr) kinds[item.key()] = "batch_norm";
  }
  return kinds;
}

class Census final : public models::ActivationObserver {
 public:
  explicit Census(const torch::nn::Module& model) : kinds_(layer_kinds(model)) {}

  void observe(std::string_view layer, const torch::Tensor& activation) override {
    const std::string name(layer);
    const auto [tally, fresh] = tallies_.try_emplace(name);
    if (fresh) order_.push_back(name);
    tally->second.add(activation);
    const auto kind = kinds_.find(name);
    if (kind != kinds_.end()) dtypes_[kind->second][name] = dtype_name(activation.scalar_type());
  }

  ForwardCensus result(std::size_t images) const {
    RangeCensus all;
    ActivationsRecord record;
    for (const auto& [layer, tally] : tallies_) {
      const RangeCensus one = tally.total();
      if (!record.max_abs_layer || one.max_abs > all.max_abs) record.max_abs_layer = layer;
      all += one;
    }
    record.images = static_cast<std::int64_t>(images);
    record.elements = all.elements;
    record.non_finite = all.non_finite;
    record.above_half_max = all.above_half_max;
    record.half_subnormals = all.half_subnormals;
    record.zeros = all.zeros;
    record.max_abs = all.max_abs;
    record.first_non_finite_layer = first_broken_layer();
    return {record, dtype_counts()};
  }

 private:
  /// Ordered as the layers ran.
  std::optional<std::string> first_broken_layer() const {
    for (const auto& layer : order_) {
      if (tallies_.at(layer).total().non_finite > 0) return layer;
    }
    return std::nullopt;
  }

  DtypeCensus dtype_counts() const {
    DtypeCensus counts;
    for (const auto& [kind, layers] : dtypes_) {
      for (const auto& [layer, dtype] : layers) ++counts[kind][dtype];
    }
    return counts;
  }

  std::map<std::string, std::string> kinds_;
  std::map<std::string, RangeTally> tallies_;
  std::vector<std::string> order_;
  std::map<std::string, std::map<std::string, std::string>> dtypes_;  ///< Kind, layer, dtype.
};

}  // namespace

ForwardCensus take_census(models::EncoderDecoder& model, const std::vector<torch::Tensor>& images,
                          const std::function<torch::Tensor(const torch::Tensor&)>& run) {
  Census census(*model);
  const models::ObservationScope scope(*model, census);
  for (const auto& image : images) run(image);
  return census.result(images.size());
}

}  // namespace harness
