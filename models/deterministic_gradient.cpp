#include "models/deterministic_gradient.h"

#include <functional>

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

/// `result` of `input` by an operator that is linear along both axes.
class LinearAlongAxes : public torch::autograd::Function<LinearAlongAxes> {
 public:
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
    const auto type = product_type(gradient);
    const auto line = gradient.options().dtype(type);
    const auto rows = context->saved_data["rows"].toTensor().to(line);
    const auto columns = context->saved_data["columns"].toTensor().to(line);
    const auto wide = torch::matmul(torch::matmul(rows.t(), gradient.to(type)), columns);
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
  return LinearAlongAxes::apply(input, matrix_of(input.size(2), resize(1, height)),
                                matrix_of(input.size(3), resize(1, width)),
                                Operator(resize(height, width)));
}

torch::Tensor pool_average(const torch::Tensor& input, int64_t side) {
  const auto pool = [](int64_t out_height, int64_t out_width) {
    return [=](const torch::Tensor& image) {
      return torch::adaptive_avg_pool2d(image, {out_height, out_width});
    };
  };
  return LinearAlongAxes::apply(input, matrix_of(input.size(2), pool(1, side)),
                                matrix_of(input.size(3), pool(1, side)),
                                Operator(pool(side, side)));
}

bool needs_deterministic_gradient(const torch::Tensor& input) {
  return input.is_cuda() && input.requires_grad() && torch::GradMode::is_enabled();
}

}  // namespace models
