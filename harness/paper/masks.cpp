#include "harness/paper/masks.h"

namespace harness {

std::int64_t count_true(const torch::Tensor& mask) {
  return mask.sum().item<std::int64_t>();
}

}  // namespace harness
