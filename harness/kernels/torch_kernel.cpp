#include "harness/kernels/torch_kernel.h"

#include <cstring>
#include <limits>
#include <memory>
#include <tuple>
#include <vector>

#include <ATen/cpu/Utils.h>
#include <torch/types.h>

#include "harness/precision/dtype_name.h"
#include "harness/table/model_cost.h"

namespace harness {
namespace {

using Shape = std::vector<std::int64_t>;
/// result, a, b: writes the product of a and b into result.
using Product = std::function<void(torch::Tensor&, const torch::Tensor&, const torch::Tensor&)>;

/// Operands and result; in half also their widened copies.
struct Memory {
  torch::Tensor a;
  torch::Tensor b;
  torch::Tensor result;
  torch::Tensor wide_a;
  torch::Tensor wide_b;
  torch::Tensor wide_result;
};

void copy_into(torch::Tensor& tensor, const Array& array) {
  TORCH_CHECK(array.elements() == tensor.numel() && array.bytes().size() == tensor.nbytes(),
              "expected ", tensor.numel(), " elements, got ", array.elements());
  std::memcpy(tensor.data_ptr(), array.bytes().data(), array.bytes().size());
}

Array copy_of(const torch::Tensor& tensor, ElementType type) {
  const torch::Tensor plain = tensor.contiguous();
  Array array(type, plain.numel());
  std::memcpy(array.bytes().data(), plain.data_ptr(), array.bytes().size());
  return array;
}

/// Tensors of these shapes in memory; the kernel sees them in other ones perhaps.
std::shared_ptr<Memory> allocate(const Shape& a, const Shape& b, const Shape& result,
                                 ElementType storage, bool widened) {
  auto memory = std::make_shared<Memory>();
  const auto dtype = scalar_type(storage);
  memory->a = torch::zeros(a, dtype);
  memory->b = torch::zeros(b, dtype);
  memory->result = torch::full(result, std::numeric_limits<double>::quiet_NaN(), dtype);
  if (!widened) return memory;
  memory->wide_a = torch::zeros(a, torch::kFloat);
  memory->wide_b = torch::zeros(b, torch::kFloat);
  memory->wide_result = torch::zeros(result, torch::kFloat);
  return memory;
}

TorchKernel kernel_of(const std::shared_ptr<Memory>& memory, ElementType storage, bool widened,
                      const Product& product) {
  TorchKernel kernel;
  const bool is_double = storage == ElementType::kFloat64;
  kernel.arithmetic = {storage, is_double ? ElementType::kFloat64 : ElementType::kFloat32};
  kernel.engine = widened ? "libtorch, widened to float32" : "libtorch";
  kernel.load = [memory](const Array& a, const Array& b) {
    copy_into(memory->a, a);
    copy_into(memory->b, b);
  };
  if (widened) {
    kernel.run = [memory, product] {
      memory->wide_a.copy_(memory->a);
      memory->wide_b.copy_(memory->b);
      product(memory->wide_result, memory->wide_a, memory->wide_b);
      memory->result.copy_(memory->wide_result);
    };
  } else {
    kernel.run = [memory, product] { product(memory->result, memory->a, memory->b); };
  }
  kernel.result = [memory, storage] { return copy_of(memory->result, storage); };
  return kernel;
}

bool is_narrow(ElementType storage) {
  return bytes_of(storage) == 2;
}

torch::Tensor backward(const ConvolutionProblem& p, Pass pass, const torch::Tensor& gradient,
                       const torch::Tensor& input, const torch::Tensor& filters) {
  const bool of_data = pass == Pass::kBackwardData;
  const auto all =
      at::convolution_backward(gradient, input, filters, at::OptionalIntArrayRef(), p.stride, p.pad,
                               p.dilation, false, {0, 0}, p.groups, {of_data, !of_data, false});
  return of_data ? std::get<0>(all) : std::get<1>(all);
}

Product convolution_product(const ConvolutionProblem& p, Pass pass, const Shape& x,
                            const Shape& filters) {
  switch (pass) {
    case Pass::kForward:
      return [p](torch::Tensor& result, const torch::Tensor& a, const torch::Tensor& b) {
        result = at::convolution(a, b, {}, p.stride, p.pad, p.dilation, false, {0, 0}, p.groups);
      };
    case Pass::kBackwardData:
      // LibTorch asks for an input, of which it takes the size.
      return [p, pass, input = std::make_shared<torch::Tensor>(), x](
                 torch::Tensor& result, const torch::Tensor& a, const torch::Tensor& b) {
        if (!input->defined()) *input = torch::zeros(x, a.scalar_type());
        result = backward(p, pass, a, *input, b);
      };
    case Pass::kBackwardFilter:
      return [p, pass, weight = std::make_shared<torch::Tensor>(), filters](
                 torch::Tensor& result, const torch::Tensor& a, const torch::Tensor& b) {
        if (!weight->defined()) *weight = torch::zeros(filters, a.scalar_type());
        result = backward(p, pass, b, a, *weight);
      };
  }
  return {};
}

}  // namespace

bool has_native_products(ElementType storage) {
  const auto capabilities = at::cpu::get_cpu_capabilities();
  const auto has = [&](const char* name) {
    const auto found = capabilities.find(name);
    return found != capabilities.end() && found->second.isBool() && found->second.toBool();
  };
  if (storage == ElementType::kFloat16) return has("avx512_fp16") || has("amx_fp16");
  if (storage == ElementType::kBfloat16) return has("avx512_bf16") || has("amx_bf16");
  return true;
}

TorchKernel gemm_kernel(const GemmProblem& p, ElementType storage) {
  const bool widened = is_narrow(storage) && !has_native_products(storage);
  // Column-major {m, k} is row-major {k, m}: the rows of what LibTorch holds are our columns.
  const Shape a = p.trans_a ? Shape{p.m, p.k} : Shape{p.k, p.m};
  const Shape b = p.trans_b ? Shape{p.k, p.n} : Shape{p.n, p.k};
  const auto memory = allocate(a, b, {p.n, p.m}, storage, widened);
  // C transposed is op(B) transposed times op(A) transposed.
  const Product product = [p](torch::Tensor& result, const torch::Tensor& left,
                              const torch::Tensor& right) {
    at::mm_out(result, p.trans_b ? right.t() : right, p.trans_a ? left.t() : left);
  };
  TorchKernel kernel = kernel_of(memory, storage, widened, product);
  kernel.pass = "product";
  return kernel;
}

TorchKernel convolution_kernel(const ConvolutionProblem& p, Pass pass, ElementType storage) {
  const Shape x{p.n, p.c, p.h, p.w};
  const Shape filters{p.k, p.c / p.groups, p.r, p.s};
  const Shape y{p.n, p.k, p.p(), p.q()};
  const Shape& a = pass == Pass::kBackwardData ? y : x;
  const Shape& b = pass == Pass::kBackwardFilter ? y : filters;
  const Shape& result = pass == Pass::kForward ? y : pass == Pass::kBackwardData ? x : filters;
  const auto memory = allocate(a, b, result, storage, is_narrow(storage));
  TorchKernel kernel =
      kernel_of(memory, storage, is_narrow(storage), convolution_product(p, pass, x, filters));
  kernel.pass = to_string(pass);
  return kernel;
}

}  // namespace harness
