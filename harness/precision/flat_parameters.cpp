#include "harness/precision/flat_parameters.h"

#include <algorithm>

namespace harness {
namespace {

// 64 bytes of half: a cache line, and what the widest vector instructions load at once.
constexpr std::int64_t kAlignment = 32;

std::int64_t align(std::int64_t size) {
  return (size + kAlignment - 1) / kAlignment * kAlignment;
}

/// The place of `like` in `line`, with its shape and, where they leave no holes, its strides.
torch::Tensor place(const torch::Tensor& line, std::int64_t offset, const torch::Tensor& like) {
  if (!like.is_non_overlapping_and_dense()) {
    return line.narrow(0, offset, like.numel()).view(like.sizes());
  }
  return line.as_strided(like.sizes(), like.strides(), line.storage_offset() + offset);
}

}  // namespace

FlatParameters::FlatParameters(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  lay_out(module);
  TORCH_CHECK(!slots_.empty(), "the module has no parameter that wants a gradient");
  for (auto& group : groups_) move_into(group);
}

void FlatParameters::lay_out(torch::nn::Module& module) {
  for (const auto& entry : module.named_parameters()) {
    if (entry.value().requires_grad()) slots_.push_back({entry.key(), entry.value(), {}, 0});
  }
  for (const auto& slot : slots_) {
    const auto dtype = slot.parameter.scalar_type();
    const auto known = [&](const Group& group) { return group.dtype == dtype; };
    if (std::none_of(groups_.begin(), groups_.end(), known))
      groups_.push_back({dtype, 0, 0, {}, {}});
  }
  for (auto& group : groups_) {
    group.begin = size_;
    for (auto& slot : slots_) {
      if (slot.parameter.scalar_type() != group.dtype) continue;
      slot.offset = size_;
      size_ += align(slot.parameter.numel());
    }
    group.end = size_;
  }
}

void FlatParameters::move_into(Group& group) {
  const auto options = torch::TensorOptions(group.dtype).device(slots_.front().parameter.device());
  group.values = torch::zeros({group.end - group.begin}, options);
  group.gradients = torch::zeros({group.end - group.begin}, options);
  for (auto& slot : slots_) {
    if (slot.parameter.scalar_type() != group.dtype) continue;
    const auto value = place(group.values, slot.offset - group.begin, slot.parameter);
    value.copy_(slot.parameter);
    slot.gradient = place(group.gradients, slot.offset - group.begin, slot.parameter);
    slot.parameter.set_data(value);
    slot.parameter.mutable_grad().reset();
  }
}

bool FlatParameters::all_are(torch::ScalarType dtype) const noexcept {
  return groups_.size() == 1 && groups_.front().dtype == dtype;
}

torch::Tensor& FlatParameters::values() {
  TORCH_CHECK(groups_.size() == 1, "parameters of ", groups_.size(), " dtypes have no one buffer");
  return groups_.front().values;
}

torch::Tensor& FlatParameters::gradients() {
  TORCH_CHECK(groups_.size() == 1, "gradients of ", groups_.size(), " dtypes have no one buffer");
  return groups_.front().gradients;
}

void FlatParameters::zero_gradients() {
  // Before the first pass there are none, so that it shows which parameters get one.
  if (!collected_) return;
  for (const auto& slot : slots_) {
    TORCH_CHECK(slot.parameter.grad().is_same(slot.gradient), slot.name,
                ": its gradient was replaced between two steps");
  }
  for (auto& group : groups_) group.gradients.zero_();
}

void FlatParameters::collect_gradients() {
  if (collected_) return;
  const torch::NoGradGuard no_grad;
  for (auto& slot : slots_) {
    auto& gradient = slot.parameter.mutable_grad();
    TORCH_CHECK(gradient.defined(), slot.name,
                ": expected a gradient, got none: freeze the parameter or use it in a loss");
    slot.gradient.copy_(gradient);
    gradient = slot.gradient;
  }
  collected_ = true;
}

void FlatParameters::copy_gradients_to(torch::Tensor& line) const {
  for (const auto& group : groups_) {
    line.narrow(0, group.begin, group.end - group.begin).copy_(group.gradients);
  }
}

void FlatParameters::copy_values_to(torch::Tensor& line) const {
  for (const auto& group : groups_) {
    line.narrow(0, group.begin, group.end - group.begin).copy_(group.values);
  }
}

void FlatParameters::copy_values_from(const torch::Tensor& line) {
  for (auto& group : groups_) {
    group.values.copy_(line.narrow(0, group.begin, group.end - group.begin));
  }
}

NamedTensors FlatParameters::views(const torch::Tensor& line) const {
  NamedTensors named;
  named.reserve(slots_.size());
  for (const auto& slot : slots_) {
    named.emplace_back(slot.name, place(line, slot.offset, slot.parameter));
  }
  return named;
}

}  // namespace harness
