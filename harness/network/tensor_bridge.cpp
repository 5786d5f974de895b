#include "harness/network/tensor_bridge.h"

#include <cstddef>

#include "harness/precision/dtype_name.h"

namespace harness {
namespace {

torch::ScalarType scalar_type(DType dtype) {
  switch (dtype) {
    case DType::kFloat16:
      return torch::kHalf;
    case DType::kBFloat16:
      return torch::kBFloat16;
    case DType::kFloat32:
      return torch::kFloat;
    case DType::kFloat64:
      return torch::kDouble;
    case DType::kInt8:
      return torch::kChar;
    case DType::kInt16:
      return torch::kShort;
    case DType::kInt32:
      return torch::kInt;
    case DType::kInt64:
      return torch::kLong;
    case DType::kUInt8:
      return torch::kByte;
    case DType::kUInt16:
      return torch::kUInt16;
    case DType::kUInt32:
      return torch::kUInt32;
    case DType::kUInt64:
      return torch::kUInt64;
    case DType::kComplex32:
      return torch::kComplexHalf;
    case DType::kComplex64:
      return torch::kComplexFloat;
    case DType::kComplex128:
      return torch::kComplexDouble;
    case DType::kFloat8E4M3FN:
      return torch::kFloat8_e4m3fn;
    case DType::kFloat8E4M3FNUZ:
      return torch::kFloat8_e4m3fnuz;
    case DType::kFloat8E5M2:
      return torch::kFloat8_e5m2;
    case DType::kFloat8E5M2FNUZ:
      return torch::kFloat8_e5m2fnuz;
    case DType::kFloat8E8M0FNU:
      return torch::kFloat8_e8m0fnu;
    // Scale and zero point are not known here: the integers that are stored.
    case DType::kQInt8:
      return torch::kChar;
    case DType::kQUInt8:
      return torch::kByte;
    case DType::kQInt32:
      return torch::kInt;
    case DType::kBool:
      return torch::kBool;
  }
  TORCH_CHECK(false, "unknown dtype");
}

}  // namespace

DType dtype_of(const torch::Tensor& tensor) {
  const auto dtype = dtype_named(dtype_name(tensor.scalar_type()));
  TORCH_CHECK(dtype.has_value(), "expected a dtype that a checkpoint holds, got ",
              tensor.scalar_type());
  return *dtype;
}

torch::Tensor to_torch(const TensorView& view) {
  auto tensor = torch::empty(view.shape, scalar_type(view.dtype));
  if (view.numel() == 0) return tensor;
  view.pack_into({static_cast<std::byte*>(tensor.data_ptr()), view.packed_size()});
  return tensor;
}

std::vector<std::pair<std::string, torch::Tensor>> to_torch(const std::vector<TensorView>& views) {
  std::vector<std::pair<std::string, torch::Tensor>> tensors;
  tensors.reserve(views.size());
  for (const auto& view : views) tensors.emplace_back(view.name, to_torch(view));
  return tensors;
}

}  // namespace harness
