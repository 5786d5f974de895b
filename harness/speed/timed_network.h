#pragma once

#include <string>

#include <torch/utils.h>

#include "harness/arithmetic/policy.h"
#include "harness/evaluate/segmenter.h"
#include "harness/speed/device_clock.h"
#include "harness/table/model_spec.h"
#include "models/encoder_decoder.h"
#include "models/state_dict.h"

namespace harness {

/// The order of a tensor's dimensions in memory: NCHW, or NHWC.
enum class Layout { kContiguous, kChannelsLast };

/// "contiguous", "channels-last".
std::string_view to_string(Layout layout) noexcept;
bool read_name(std::string_view name, Layout& layout) noexcept;

/// The time of one image's parts, in seconds.
struct Passage {
  double image = 0.0;        ///< All that is timed, by the host's clock.
  double network = 0.0;      ///< By the device's clock, as postprocess.
  double postprocess = 0.0;  ///< Resize, softmax, argmax; on the CPU the copy of the labels too.
};

/// One precision of a row's network, to be timed as evaluation runs it: the copy of a float image
/// to the device, network, resize to the image's size, softmax, argmax, the copy of the labels to
/// the host. Calls belong into a torch::InferenceMode.
class TimedNetwork {
 public:
  /// Throws as build_model().
  TimedNetwork(std::string precision, const ModelSpec& spec, const models::StateDict& weights,
               const torch::Device& device, Layout layout);

  const std::string& precision() const noexcept { return precision_; }
  const torch::Device& device() const noexcept { return device_; }
  models::EncoderDecoder& model() noexcept { return model_; }

  /// image: {1, 3, h, w} float32 on the host. Returns logits {1, classes, h', w'} on the device.
  torch::Tensor logits_of(const torch::Tensor& image);

  /// One image by the host's clock, without a mark in between. The device is waited for before and
  /// after.
  double seconds_of(const torch::Tensor& image);

  /// The same, and its parts.
  Passage passage_of(const torch::Tensor& image);

 private:
  torch::Tensor to_device(const torch::Tensor& image) const;
  torch::Tensor run(const torch::Tensor& image_on_device);
  ImageSize size_of(const torch::Tensor& image) const;

  std::string precision_;
  Policy policy_;
  torch::Device device_;
  Layout layout_;
  bool align_corners_;
  models::EncoderDecoder model_;
  Segmenter segmenter_;
  DeviceClock clock_;
};

}  // namespace harness
