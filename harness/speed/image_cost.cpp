#include "harness/speed/image_cost.h"

#include <map>
#include <string>
#include <string_view>

#include "harness/evaluate/memory_meter.h"
#include "harness/evaluate/segment.h"
#include "models/activation_observer.h"
#include "models/state_dict.h"

namespace harness {
namespace {

/// Counts multiplications and additions of convolutions by the shapes that run.
class FlopCounter final : public models::ActivationObserver {
 public:
  explicit FlopCounter(const torch::nn::Module& model) {
    for (const auto& item : model.named_modules()) {
      const auto* convolution = item.value()->as<torch::nn::Conv2d>();
      if (convolution == nullptr) continue;
      // {out, in / groups, height, width}: products for each element of the result.
      const auto& weight = convolution->weight;
      products_[item.key()] = static_cast<double>(weight.numel() / weight.size(0));
    }
  }

  void observe(std::string_view layer, const torch::Tensor& activation) override {
    const auto found = products_.find(layer);
    if (found == products_.end()) return;
    flops_ += 2.0 * found->second * static_cast<double>(activation.numel());
  }

  double flops() const { return flops_; }

 private:
  std::map<std::string, double, std::less<>> products_;
  double flops_ = 0.0;
};

std::int64_t bytes_of(const torch::nn::Module& model) {
  std::int64_t bytes = 0;
  for (const auto& [name, tensor] : models::state_dict(model)) {
    bytes += static_cast<std::int64_t>(tensor.nbytes());
  }
  return bytes;
}

}  // namespace

ImageCostRecord image_cost(TimedNetwork& network, const torch::Tensor& image) {
  ImageCostRecord record;
  FlopCounter counter(*network.model());
  {
    const models::ObservationScope scope(*network.model(), counter);
    const torch::Tensor logits = network.logits_of(image);
    record.logits_elements = logits.numel();
    record.logits_non_finite = count_non_finite(logits);
  }
  record.convolution_flops = counter.flops();
  record.weights_bytes = bytes_of(*network.model());
  wait_for(network.device());
  const MemoryMeter meter(network.device());
  const std::int64_t before = meter.current_bytes();
  network.seconds_of(image);
  record.peak_bytes = record.weights_bytes + meter.peak_bytes() - before;
  return record;
}

}  // namespace harness
