#include "models/deterministic_gradient.h"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include <torch/csrc/autograd/custom_function.h>

namespace models {
namespace {

using Operator = std::function<torch::Tensor(const torch::Tensor&)>;

torch::ScalarType product_type(const torch::Tensor& tensor) {
  return tensor.scalar_type() == torch::kDouble ? torch::kDouble : torch::kFloat;
}

/// What an operator along the last axis does, as the matrix {out, in}: its results for the unit
/// vectors. Computed on the CPU in double, where LibTorch has one order.
torch::Tensor matrix_of(int64_t in, const Operator& along_width) {
  const auto units = torch::eye(in, torch::kDouble).view({in, 1, 1, in});
  return along_width(units).view({in, -1}).t().contiguous();
}

/// One axis of an operator: 'r' for resizing, 'p' for pooling; the sizes; align_corners.
using Axis = std::tuple<char, int64_t, int64_t, bool>;

/// matrix_of() on the input's device, in the dtype of the products. Made once in a process: in
/// every step it would stall a GPU's queue.
torch::Tensor matrix_for(const torch::Tensor& input, const Axis& axis,
                         const Operator& along_width) {
  using Key = std::tuple<Axis, std::string, torch::ScalarType>;
  static std::mutex mutex;
  static auto& known = *new std::map<Key, torch::Tensor>;  // Outlives the CUDA context.
  const auto type = product_type(input);
  const std::lock_guard lock(mutex);
  auto& matrix = known[{axis, input.device().str(), type}];
  if (!matrix.defined()) {
    const torch::NoGradGuard no_gradients;
    matrix = matrix_of(std::get<1>(axis), along_width).to(input.device(), type);
  }
  return matrix;
}

/// `result` of `input` by an operator that is linear along both axes.
class LinearAlongAxes : public torch::autograd::Function<LinearAlongAxes> {
 public:
  /// rows, columns: as in backward, on the input's device in product_type().
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& input, const torch::Tensor& rows,
                               const torch::Tensor& columns, const Operator& apply) {
    context->saved_data["rows"] = rows;
    context->saved_data["columns"] = columns;
    return apply(input);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto& gradient = gradients.at(0);
    const auto rows = context->saved_data["rows"].toTensor();
    const auto columns = context->saved_data["columns"].toTensor();
    const auto wide =
        torch::matmul(torch::matmul(rows.t(), gradient.to(rows.scalar_type())), columns);
    return {wide.to(gradient.scalar_type()), {}, {}, {}};
  }
};

}  // namespace

torch::Tensor resize_bilinear(const torch::Tensor& input, int64_t height, int64_t width,
                              bool align_corners) {
  const auto resize = [align_corners](int64_t out_height, int64_t out_width) {
    return [=](const torch::Tensor& image) {
      return torch::upsample_bilinear2d(image, {out_height, out_width}, align_corners);
    };
  };
  const auto matrix = [&](int64_t in, int64_t out) {
    return matrix_for(input, {'r', in, out, align_corners}, resize(1, out));
  };
  return LinearAlongAxes::apply(input, matrix(input.size(2), height), matrix(input.size(3), width),
                                Operator(resize(height, width)));
}

torch::Tensor pool_average(const torch::Tensor& input, int64_t side) {
  const auto pool = [](int64_t out_height, int64_t out_width) {
    return [=](const torch::Tensor& image) {
      return torch::adaptive_avg_pool2d(image, {out_height, out_width});
    };
  };
  const auto matrix = [&](int64_t in) {
    return matrix_for(input, {'p', in, side, false}, pool(1, side));
  };
  return LinearAlongAxes::apply(input, matrix(input.size(2)), matrix(input.size(3)),
                                Operator(pool(side, side)));
}

bool needs_deterministic_gradient(const torch::Tensor& input) {
  return input.is_cuda() && input.requires_grad() && torch::GradMode::is_enabled();
}

}  // namespace models
