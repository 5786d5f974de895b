#include "harness/train/weight_digest.h"

#include <fmt/format.h>

#include "harness/base/sha256.h"
#include "harness/precision/dtype_name.h"

namespace harness {
namespace {

std::string header_of(const torch::Tensor& tensor) {
  std::string text = dtype_name(tensor.scalar_type()) + " [";
  for (std::int64_t axis = 0; axis < tensor.dim(); ++axis) {
    text += fmt::format("{}{}", axis == 0 ? "" : ", ", tensor.size(axis));
  }
  return text + "]\n";
}

}  // namespace

std::string weight_digest(const torch::Tensor& tensor) {
  const torch::Tensor packed = tensor.detach().cpu().contiguous();
  Sha256 hash;
  hash.update(header_of(packed));
  hash.update(std::string_view(static_cast<const char*>(packed.data_ptr()), packed.nbytes()));
  return hash.hex_digest();
}

std::vector<std::pair<std::string, std::string>> weight_digests(const torch::nn::Module& module) {
  std::vector<std::pair<std::string, std::string>> digests;
  for (const auto& item : module.named_parameters()) {
    digests.emplace_back(item.key(), weight_digest(item.value()));
  }
  for (const auto& item : module.named_buffers()) {
    digests.emplace_back(item.key(), weight_digest(item.value()));
  }
  return digests;
}

std::vector<std::pair<std::string, std::string>> training_digests(const torch::nn::Module& module,
                                                                  const NamedTensors& optimized) {
  std::vector<std::pair<std::string, std::string>> digests;
  for (const auto& [name, tensor] : optimized) {
    digests.emplace_back("optimized." + name, weight_digest(tensor));
  }
  for (auto& entry : weight_digests(module)) digests.push_back(std::move(entry));
  return digests;
}

std::string combined_digest(const std::vector<std::pair<std::string, std::string>>& digests) {
  Sha256 hash;
  for (const auto& [name, digest] : digests) hash.update(fmt::format("{} {}\n", name, digest));
  return hash.hex_digest();
}

}  // namespace harness
