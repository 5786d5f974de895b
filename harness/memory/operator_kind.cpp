#include "harness/memory/operator_kind.h"

#include <algorithm>
#include <array>
#include <utility>

namespace harness {
namespace {

using Name = std::pair<std::string_view, std::string_view>;

// Nodes are named after operators with a suffix that counts overloads, so that the start of a name
// decides. The first entry that fits counts.
constexpr auto kStarts = std::to_array<Name>({
    {"aten::conv", "convolution"},
    {"aten::_convolution", "convolution"},
    {"ConvolutionBackward", "convolution"},
    {"aten::batch_norm", "batch_norm"},
    {"aten::native_batch_norm", "batch_norm"},
    {"aten::cudnn_batch_norm", "batch_norm"},
    {"NativeBatchNormBackward", "batch_norm"},
    {"CudnnBatchNormBackward", "batch_norm"},
    {"BatchNorm", "batch_norm"},
    {"aten::relu", "relu"},
    {"aten::threshold", "relu"},
    {"ReluBackward", "relu"},
    {"ThresholdBackward", "relu"},
    {"aten::max_pool2d", "pool"},
    {"aten::adaptive_avg_pool2d", "pool"},
    {"MaxPool2D", "pool"},
    {"AdaptiveAvgPool2D", "pool"},
    {"MeanBackward1", "pool"},  // What an average over the whole image is computed by.
    {"aten::upsample_bilinear2d", "resize"},
    {"UpsampleBilinear2D", "resize"},
    {"aten::cat", "concat"},
    {"CatBackward", "concat"},
    {"aten::add", "add"},
    {"AddBackward", "add"},
    {"aten::feature_dropout", "dropout"},
    {"aten::dropout", "dropout"},
    {"MulBackward", "dropout"},
    {"DivBackward", "dropout"},
    {"aten::to", "cast"},
    {"aten::_to_copy", "cast"},
    {"ToCopyBackward", "cast"},
    {"aten::contiguous", "layout"},
    {"CloneBackward", "layout"},
    {"aten::cross_entropy_loss", "loss"},
    {"aten::log_softmax", "loss"},
    {"aten::nll_loss", "loss"},
    {"aten::argmax", "loss"},
    {"LogSoftmaxBackward", "loss"},
    {"NllLoss", "loss"},
    {"MeanBackward0", "loss"},
});

}  // namespace

std::string_view operator_kind(std::string_view name) noexcept {
  // A node of our own carries its C++ type.
  if (name.find("LinearAlongAxes") != std::string_view::npos) return "deterministic_resize";
  const auto* found = std::find_if(kStarts.begin(), kStarts.end(), [name](const Name& entry) {
    return name.substr(0, entry.first.size()) == entry.first;
  });
  return found == kStarts.end() ? std::string_view() : found->second;
}

}  // namespace harness
