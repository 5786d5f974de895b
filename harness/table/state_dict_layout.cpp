#include <array>
#include <utility>

#include <fmt/format.h>
#include "harness/base/error.h"

#include "harness/table/model_spec.h"

namespace harness {
namespace {

constexpr std::int64_t kBottleneckExpansion = 4;
constexpr std::size_t kResNetStages = 4;

/// Lists tensors in the order in which the modules would register them.
class LayoutBuilder {
 public:
  void convolution(const std::string& name, std::vector<std::int64_t> shape) {
    add(name + ".weight", std::move(shape), TensorSpec::Kind::kConvolution);
  }

  void bias(const std::string& name, std::int64_t channels) {
    add(name + ".bias", {channels}, TensorSpec::Kind::kConvolution);
  }

  void batch_norm(const std::string& name, std::int64_t channels) {
    for (const char* tensor : {".weight", ".bias", ".running_mean", ".running_var"}) {
      add(name + tensor, {channels}, TensorSpec::Kind::kNorm);
    }
    add(name + ".num_batches_tracked", {}, TensorSpec::Kind::kCounter);
  }

  /// mmcv's ConvModule: a convolution without bias, then batch norm.
  void conv_module(const std::string& name, std::int64_t out, std::int64_t in, std::int64_t side) {
    convolution(name + ".conv", {out, in, side, side});
    batch_norm(name + ".bn", out);
  }

  /// mmcv's DepthwiseSeparableConvModule with 3x3 kernels.
  void separable_module(const std::string& name, std::int64_t out, std::int64_t in) {
    convolution(name + ".depthwise_conv.conv", {in, 1, 3, 3});
    batch_norm(name + ".depthwise_conv.bn", in);
    conv_module(name + ".pointwise_conv", out, in, 1);
  }

  std::vector<TensorSpec> take() { return std::move(tensors_); }

 private:
  void add(std::string name, std::vector<std::int64_t> shape, TensorSpec::Kind kind) {
    tensors_.push_back({std::move(name), std::move(shape), kind});
  }

  std::vector<TensorSpec> tensors_;
};

std::array<std::int64_t, kResNetStages> blocks_of_depth(std::int64_t depth) {
  switch (depth) {
    case 50:
      return {3, 4, 6, 3};
    case 101:
      return {3, 4, 23, 3};
    case 152:
      return {3, 8, 36, 3};
    default:
      throw Error(ErrorCode::kInvalidSuite, "backbone.depth",
                  fmt::format("expected 50, 101 or 152, got {}", depth));
  }
}

void add_stem(LayoutBuilder& layout, const ModelSpec::Backbone& backbone) {
  const std::int64_t half = backbone.stem_channels / 2;
  const std::string stem = "backbone.stem.";
  layout.convolution(stem + "0", {half, backbone.in_channels, 3, 3});
  layout.batch_norm(stem + "1", half);
  layout.convolution(stem + "3", {half, half, 3, 3});
  layout.batch_norm(stem + "4", half);
  layout.convolution(stem + "6", {backbone.stem_channels, half, 3, 3});
  layout.batch_norm(stem + "7", backbone.stem_channels);
}

void add_bottleneck(LayoutBuilder& layout, const std::string& name, std::int64_t in,
                    std::int64_t planes, bool has_downsample) {
  const std::int64_t out = planes * kBottleneckExpansion;
  layout.convolution(name + ".conv1", {planes, in, 1, 1});
  layout.batch_norm(name + ".bn1", planes);
  layout.convolution(name + ".conv2", {planes, planes, 3, 3});
  layout.batch_norm(name + ".bn2", planes);
  layout.convolution(name + ".conv3", {out, planes, 1, 1});
  layout.batch_norm(name + ".bn3", out);
  if (!has_downsample) return;
  layout.convolution(name + ".downsample.0", {out, in, 1, 1});
  layout.batch_norm(name + ".downsample.1", out);
}

void add_backbone(LayoutBuilder& layout, const ModelSpec::Backbone& backbone) {
  add_stem(layout, backbone);
  const auto blocks = blocks_of_depth(backbone.depth);
  std::int64_t in = backbone.stem_channels;
  for (std::size_t stage = 0; stage < kResNetStages; ++stage) {
    const std::int64_t planes = backbone.base_channels << stage;
    const std::int64_t out = planes * kBottleneckExpansion;
    for (std::int64_t block = 0; block < blocks[stage]; ++block) {
      const bool changes_shape = backbone.strides.at(stage) != 1 || in != out;
      add_bottleneck(layout, fmt::format("backbone.layer{}.{}", stage + 1, block), in, planes,
                     block == 0 && changes_shape);
      in = out;
    }
  }
}

void add_fcn(LayoutBuilder& layout, const std::string& name, const ModelSpec::Head& head) {
  for (std::int64_t i = 0; i < head.num_convs; ++i) {
    layout.conv_module(fmt::format("{}.convs.{}", name, i), head.channels,
                       i == 0 ? head.in_channels : head.channels, head.kernel_size);
  }
  if (head.concat_input) {
    layout.conv_module(name + ".conv_cat", head.channels, head.in_channels + head.channels,
                       head.kernel_size);
  }
}

void add_psp(LayoutBuilder& layout, const std::string& name, const ModelSpec::Head& head) {
  for (std::size_t i = 0; i < head.pool_scales.size(); ++i) {
    layout.conv_module(fmt::format("{}.psp_modules.{}.1", name, i), head.channels, head.in_channels,
                       1);
  }
  const auto levels = static_cast<std::int64_t>(head.pool_scales.size());
  layout.conv_module(name + ".bottleneck", head.channels, head.in_channels + levels * head.channels,
                     3);
}

void add_aspp(LayoutBuilder& layout, const std::string& name, const ModelSpec::Head& head,
              bool separable) {
  layout.conv_module(name + ".image_pool.1", head.channels, head.in_channels, 1);
  for (std::size_t i = 0; i < head.dilations.size(); ++i) {
    const std::string module = fmt::format("{}.aspp_modules.{}", name, i);
    const bool dilated = head.dilations[i] > 1;
    if (dilated && separable) {
      layout.separable_module(module, head.channels, head.in_channels);
    } else {
      layout.conv_module(module, head.channels, head.in_channels, dilated ? 3 : 1);
    }
  }
  const auto branches = static_cast<std::int64_t>(head.dilations.size()) + 1;
  layout.conv_module(name + ".bottleneck", head.channels, branches * head.channels, 3);
}

void add_separable_aspp(LayoutBuilder& layout, const std::string& name,
                        const ModelSpec::Head& head) {
  add_aspp(layout, name, head, /*separable=*/true);
  if (head.c1_in_channels > 0) {
    layout.conv_module(name + ".c1_bottleneck", head.c1_channels, head.c1_in_channels, 1);
  }
  layout.separable_module(name + ".sep_bottleneck.0", head.channels,
                          head.channels + head.c1_channels);
  layout.separable_module(name + ".sep_bottleneck.1", head.channels, head.channels);
}

void add_head(LayoutBuilder& layout, const std::string& name, const ModelSpec::Head& head) {
  layout.convolution(name + ".conv_seg", {head.num_classes, head.channels, 1, 1});
  layout.bias(name + ".conv_seg", head.num_classes);
  if (head.type == "FCNHead") return add_fcn(layout, name, head);
  if (head.type == "PSPHead") return add_psp(layout, name, head);
  if (head.type == "ASPPHead") return add_aspp(layout, name, head, /*separable=*/false);
  if (head.type == "DepthwiseSeparableASPPHead") return add_separable_aspp(layout, name, head);
  throw Error(ErrorCode::kInvalidSuite, name + ".type",
              fmt::format("expected FCNHead, PSPHead, ASPPHead or DepthwiseSeparableASPPHead, got "
                          "\"{}\"",
                          head.type));
}

}  // namespace

std::vector<TensorSpec> state_dict_layout(const ModelSpec& spec) {
  LayoutBuilder layout;
  add_backbone(layout, spec.backbone);
  add_head(layout, "decode_head", spec.decode_head);
  if (spec.has_auxiliary_head) add_head(layout, "auxiliary_head", spec.auxiliary_head);
  return layout.take();
}

}  // namespace harness
