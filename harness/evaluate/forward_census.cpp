#include "harness/evaluate/forward_census.h"

#include <map>
#include <string_view>

#include "harness/precision/dtype_name.h"
#include "harness/precision/range_census.h"
#include "models/activation_observer.h"

namespace harness {
namespace {

/// Which kind of layer a path belongs to, asked of the model once.
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
    Json loudest = nullptr;
    for (const auto& [layer, tally] : tallies_) {
      const RangeCensus one = tally.total();
      if (loudest.is_null() || one.max_abs > all.max_abs) loudest = layer;
      all += one;
    }
    return {{{"images", images},
             {"elements", all.elements},
             {"non_finite", all.non_finite},
             {"above_half_max", all.above_half_max},
             {"half_subnormals", all.half_subnormals},
             {"zeros", all.zeros},
             {"max_abs", all.max_abs},
             {"max_abs_layer", loudest},
             {"first_non_finite_layer", first_broken_layer()}},
            dtype_counts()};
  }

 private:
  /// In the order in which the layers ran.
  Json first_broken_layer() const {
    for (const auto& layer : order_) {
      if (tallies_.at(layer).total().non_finite > 0) return layer;
    }
    return nullptr;
  }

  Json dtype_counts() const {
    Json counts = Json::object();
    for (const auto& [kind, layers] : dtypes_) {
      std::map<std::string, std::int64_t> layers_by_dtype;
      for (const auto& [layer, dtype] : layers) ++layers_by_dtype[dtype];
      counts[kind] = layers_by_dtype;
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
