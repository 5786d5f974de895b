#include "models/blocked_map.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <ATen/Parallel.h>
#include <torch/nn/modules/conv.h>

#include "models/norm_kernels.h"

// What LibTorch exports without a header of its own: aten/src/ATen/native/mkldnn/MKLDNNCommon.h
// needs oneDNN's C++ interface, which the wheel lacks. Weak, for a LibTorch built without oneDNN.
namespace at::native {
[[gnu::weak]] void* data_ptr_from_mkldnn(const Tensor& tensor);
[[gnu::weak]] int64_t nbytes_from_mkldnn(const Tensor& tensor);
}  // namespace at::native

namespace models {
namespace {

constexpr auto kBlockChannels = static_cast<int64_t>(kBlock);
/// Enough that no other layout of a map has all of them where blocks have them.
constexpr int64_t kMarks = 1 << 14;

/// Positions all over a map of `count` elements, both ends among them; every step is odd, so that
/// all residues of 16 occur.
std::vector<int64_t> marked_positions(int64_t count) {
  std::vector<int64_t> positions;
  const int64_t step = std::max<int64_t>(count / kMarks, 1) | 1;
  for (int64_t position = 0; position < count; position += step) positions.push_back(position);
  if (positions.back() != count - 1) positions.push_back(count - 1);
  return positions;
}

/// Where the element at `position` of a map in blocks lies in a usual one.
int64_t usual_position(const torch::Tensor& map, int64_t position) {
  const auto pixels = map.size(2) * map.size(3);
  const auto pixel = position / kBlockChannels % pixels;
  const auto block = position / kBlockChannels / pixels;
  return (block * kBlockChannels + position % kBlockChannels) * pixels + pixel;
}

/// Writes a number of its own at each marked position, and looks where LibTorch finds it.
bool lies_in_blocks(const torch::Tensor& opaque) {
  if (at::native::data_ptr_from_mkldnn == nullptr || at::native::nbytes_from_mkldnn == nullptr ||
      opaque.size(1) % kBlockChannels != 0) {
    return false;
  }
  const auto bytes = at::native::nbytes_from_mkldnn(opaque);
  if (bytes != opaque.numel() * static_cast<int64_t>(sizeof(float))) return false;
  float* const data = blocked_data(opaque);
  const auto positions = marked_positions(opaque.numel());
  std::vector<float> kept;
  for (size_t i = 0; i < positions.size(); ++i) {
    kept.push_back(std::exchange(data[positions[i]], static_cast<float>(i) + 0.5F));
  }
  const auto usual = opaque.to_dense();
  const auto* found = usual.const_data_ptr<float>();
  bool blocked = true;
  for (size_t i = 0; i < positions.size(); ++i) {
    const float mark = data[positions[i]];
    blocked = blocked && found[usual_position(opaque, positions[i])] == mark;
    data[positions[i]] = kept[i];
  }
  return blocked;
}

/// By geometry: whether the result was found in blocks.
class Findings {
 public:
  static Findings& instance() {
    static Findings findings;
    return findings;
  }

  std::optional<bool> find(const ConvolutionGeometry& geometry) const {
    const std::lock_guard lock(mutex_);
    const auto found = blocked_.find(geometry.numbers);
    return found == blocked_.end() ? std::nullopt : std::optional(found->second);
  }

  bool keep(const ConvolutionGeometry& geometry, bool blocked) {
    const std::lock_guard lock(mutex_);
    return blocked_.insert_or_assign(geometry.numbers, blocked).first->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::vector<int64_t>, bool> blocked_;
};

}  // namespace

torch::Tensor to_opaque(const torch::Tensor& map) {
  return map.to_mkldnn();
}

torch::Tensor to_usual(const torch::Tensor& map, torch::ScalarType dtype) {
  return map.is_mkldnn() ? map.to_dense().to(dtype) : map;
}

ConvolutionGeometry::ConvolutionGeometry(const torch::Tensor& input,
                                         const torch::nn::Conv2dImpl& convolution)
    : numbers(input.sizes().vec()) {
  const auto& options = convolution.options;
  numbers.insert(numbers.end(), {options.out_channels(), options.groups(),
                                 static_cast<int64_t>(at::get_num_threads())});
  for (const auto* sizes : {&options.kernel_size(), &options.stride(), &options.dilation()}) {
    numbers.insert(numbers.end(), (*sizes)->begin(), (*sizes)->end());
  }
  const auto& padding = std::get<torch::ExpandingArray<2>>(options.padding());
  numbers.insert(numbers.end(), padding->begin(), padding->end());
}

bool is_blocked(const torch::Tensor& result, const ConvolutionGeometry& geometry) {
  const auto known = Findings::instance().find(geometry);
  return known ? *known : Findings::instance().keep(geometry, lies_in_blocks(result));
}

bool is_known_as_unblocked(const ConvolutionGeometry& geometry) {
  return !Findings::instance().find(geometry).value_or(true);
}

float* blocked_data(const torch::Tensor& opaque) {
  return static_cast<float*>(at::native::data_ptr_from_mkldnn(opaque));
}

}  // namespace models
