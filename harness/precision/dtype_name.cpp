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

}  // namespace harness
