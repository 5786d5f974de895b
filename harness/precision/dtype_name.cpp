#include "harness/precision/dtype_name.h"

namespace harness {

std::string dtype_name(torch::ScalarType type) {
  switch (type) {
    case torch::kHalf:
      return "float16";
    case torch::kBFloat16:
      return "bfloat16";
    case torch::kFloat:
      return "float32";
    case torch::kDouble:
      return "float64";
    case torch::kChar:
      return "int8";
    case torch::kShort:
      return "int16";
    case torch::kInt:
      return "int32";
    case torch::kLong:
      return "int64";
    case torch::kByte:
      return "uint8";
    case torch::kBool:
      return "bool";
    default:
      return c10::toString(type);
  }
}

torch::ScalarType scalar_type(ElementType type) noexcept {
  switch (type) {
    case ElementType::kFloat16:
      return torch::kHalf;
    case ElementType::kBfloat16:
      return torch::kBFloat16;
    case ElementType::kFloat32:
      return torch::kFloat;
    case ElementType::kFloat64:
      break;
  }
  return torch::kDouble;
}

}  // namespace harness
