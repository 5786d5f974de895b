#include "harness/speed/timed_network.h"

#include <chrono>
#include <utility>

#include "harness/evaluate/segment.h"
#include "harness/network/model_builder.h"
#include "harness/precision/policy.h"
#include "harness/speed/device_clock.h"

namespace harness {
namespace {

// Marks of the device's clock.
constexpr std::size_t kArrived = 0;  ///< The image is on the device.
constexpr std::size_t kLogits = 1;
constexpr std::size_t kClasses = 2;
constexpr std::size_t kMarks = 3;

void lay_out_channels_last(torch::nn::Module& module) {
  for (auto& parameter : module.parameters()) {
    if (parameter.dim() != 4) continue;
    parameter.set_data(parameter.detach().contiguous(torch::MemoryFormat::ChannelsLast));
  }
}

}  // namespace

std::string_view to_string(Layout layout) noexcept {
  return layout == Layout::kChannelsLast ? "channels-last" : "contiguous";
}

bool read_name(std::string_view name, Layout& layout) noexcept {
  for (const auto known : {Layout::kContiguous, Layout::kChannelsLast}) {
    if (to_string(known) != name) continue;
    layout = known;
    return true;
  }
  return false;
}

TimedNetwork::TimedNetwork(std::string precision, const ModelSpec& spec,
                           const models::StateDict& weights, const torch::Device& device,
                           Layout layout)
    : precision_(std::move(precision)),
      policy_(policy_of_precision(precision_)),
      device_(numbered(device)),
      layout_(layout),
      align_corners_(spec.decode_head.align_corners),
      model_(build_model(spec, weights, policy_, device_)),
      segmenter_(align_corners_),
      clock_(device_, kMarks) {
  if (layout_ == Layout::kChannelsLast) lay_out_channels_last(*model_);
}

torch::Tensor TimedNetwork::logits_of(const torch::Tensor& image) {
  return run(to_device(image));
}

double TimedNetwork::seconds_of(const torch::Tensor& image) {
  const ImageSize size = size_of(image);
  wait_for(device_);
  const auto start = HostClock::now();
  segmenter_.segment(run(to_device(image)), size, size);
  wait_for(device_);
  return seconds_since(start);
}

Passage TimedNetwork::passage_of(const torch::Tensor& image) {
  const ImageSize size = size_of(image);
  Passage passage;
  wait_for(device_);
  const auto start = HostClock::now();
  const torch::Tensor arrived = to_device(image);
  clock_.mark(kArrived);
  const torch::Tensor logits = run(arrived);
  clock_.mark(kLogits);
  if (device_.is_cpu()) {
    segmenter_.segment(logits, size, size);
    clock_.mark(kClasses);
  } else {
    // What the segmenter does here, with a mark before the copy, for which the host waits.
    const auto classes = class_indices(class_probabilities(logits, size, size, align_corners_));
    clock_.mark(kClasses);
    to_label_map(classes);
  }
  wait_for(device_);
  passage.image = seconds_since(start);
  passage.network = clock_.seconds(kArrived, kLogits);
  passage.postprocess = clock_.seconds(kLogits, kClasses);
  return passage;
}

torch::Tensor TimedNetwork::to_device(const torch::Tensor& image) const {
  return device_.is_cpu() ? image : image.to(device_);
}

torch::Tensor TimedNetwork::run(const torch::Tensor& image_on_device) {
  if (layout_ == Layout::kContiguous) return run_model(model_, policy_, image_on_device);
  // The cast first: it halves what is laid out anew.
  const auto laid_out =
      image_on_device.to(input_dtype(policy_)).contiguous(torch::MemoryFormat::ChannelsLast);
  return run_model(model_, policy_, laid_out);
}

ImageSize TimedNetwork::size_of(const torch::Tensor& image) const {
  TORCH_CHECK(image.dim() == 4 && image.size(0) == 1 && image.is_cpu() &&
                  image.scalar_type() == torch::kFloat,
              "expected a float image {1, 3, h, w} on the host, got ", image.scalar_type(), " ",
              image.sizes());
  return {image.size(2), image.size(3)};
}

}  // namespace harness
