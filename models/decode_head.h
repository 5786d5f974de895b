#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <torch/nn/module.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/types.h>

namespace models {

/// Everything that makes a head, under MMSegmentation's names. Defaults: those of the zoo's
/// R-101-D8 decode heads (mmseg 0.17.0,
/// configs/_base_/models/{fcn,pspnet,deeplabv3,deeplabv3plus}_r50-d8.py). A field that a type has
/// no use for is ignored by it.
struct HeadOptions {
  std::string type = "FCNHead";  ///< One of head_types().
  int64_t in_channels = 2048;
  int64_t in_index = 3;  ///< Which stage's feature map the head reads.
  int64_t channels = 512;
  int64_t num_classes = 19;
  int64_t num_convs = 2;                             ///< FCNHead.
  int64_t kernel_size = 3;                           ///< FCNHead.
  bool concat_input = true;                          ///< FCNHead.
  std::vector<int64_t> pool_scales = {1, 2, 3, 6};   ///< PSPHead: cells along a side.
  std::vector<int64_t> dilations = {1, 12, 24, 36};  ///< ASPPHead and its separable kind.
  int64_t c1_in_channels = 256;  ///< DepthwiseSeparableASPPHead; 0: no c1 branch.
  int64_t c1_channels = 48;      ///< DepthwiseSeparableASPPHead.
  double dropout_ratio = 0.1;
  bool align_corners = false;
};

/// What every head has (mmseg 0.17.0, mmseg/models/decode_heads/decode_head.py): `conv_seg` is
/// registered before anything of the derived head, and logits are conv_seg(dropout(decode(...))).
class DecodeHeadImpl : public torch::nn::Module {
 public:
  /// features: a map for each backbone stage; those outside feature_indices() may be undefined.
  /// Returns logits {N, num_classes, h, w}, neither resized to the image nor soft-maxed.
  /// Throws c10::Error when the map it reads is missing or of another rank or channel count.
  torch::Tensor forward(const std::vector<torch::Tensor>& features);

  /// The stages whose maps forward() reads.
  virtual std::vector<int64_t> feature_indices() const;

  const HeadOptions& options() const noexcept { return options_; }

 protected:
  explicit DecodeHeadImpl(const HeadOptions& options);

  /// {N, channels, h, w}: everything before dropout and conv_seg.
  virtual torch::Tensor decode(const std::vector<torch::Tensor>& features) = 0;

  /// A map that may be opaque (fused_inference.h) as a usual one in the head's arithmetic.
  torch::Tensor usual(const torch::Tensor& map) const;

  /// features[index], checked to be {N, channels, h, w}.
  static const torch::Tensor& select(const std::vector<torch::Tensor>& features, int64_t index,
                                     int64_t channels);
  /// The map at in_index.
  const torch::Tensor& input_of(const std::vector<torch::Tensor>& features) const;

 private:
  HeadOptions options_;
  torch::nn::Conv2d conv_seg_{nullptr};
  torch::nn::Dropout2d dropout_{nullptr};
};

}  // namespace models
