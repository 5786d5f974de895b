#include "harness/run/weight_digest.h"

#include "harness/base/sha256.h"

namespace harness {
namespace {

/// "float32" as PyTorch prints it after "torch.".
std::string dtype_name(const torch::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case torch::kHalf:
      return "float16";
    case torch::kBFloat16:
      return "bfloat16";
    case torch::kFloat:
      return "float32";
    case torch::kDouble:
      return "float64";
    case torch::kLong:
      return "int64";
    default:
      return std::string(c10::toString(tensor.scalar_type()));
  }
}

std::string header_of(const torch::Tensor& tensor) {
  std::string text = dtype_name(tensor) + " [";
  for (std::int64_t axis = 0; axis < tensor.dim(); ++axis) {
    text += (axis == 0 ? "" : ", ") + std::to_string(tensor.size(axis));
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

std::string combined_digest(const std::vector<std::pair<std::string, std::string>>& digests) {
  Sha256 hash;
  for (const auto& [name, digest] : digests) hash.update(name + " " + digest + "\n");
  return hash.hex_digest();
}

}  // namespace harness
