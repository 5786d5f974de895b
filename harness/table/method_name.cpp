#include "harness/table/method_name.h"

#include <array>

#include "harness/base/text.h"

namespace harness {
namespace {

struct Method {
  std::string_view name;  ///< As tables print it.
  std::string_view stem;  ///< As file names begin.
  std::string_view head;
};

/// "FCN-D6" dilates by 6; "psp" is what pages before 0.5 called the head.
constexpr std::array<Method, 6> kMethods{{
    {"FCN", "fcn", "FCNHead"},
    {"FCN-D6", "fcn-d6", "FCNHead"},
    {"PSPNet", "pspnet", "PSPHead"},
    {"PSPNet", "psp", "PSPHead"},
    {"DeepLabV3", "deeplabv3", "ASPPHead"},
    {"DeepLabV3+", "deeplabv3plus", "DepthwiseSeparableASPPHead"},
}};

}  // namespace

std::optional<std::string_view> head_of_method(std::string_view method) {
  method = method.substr(0, method.find('('));
  while (!method.empty() && method.back() == ' ') method.remove_suffix(1);
  const std::string lower = lower_case(method);
  for (const Method& known : kMethods) {
    if (lower == known.stem || lower == lower_case(known.name)) return known.head;
  }
  return std::nullopt;
}

std::string method_of_id(std::string_view row_id) {
  const std::string_view stem = row_id.substr(0, row_id.find('_'));
  for (const Method& known : kMethods) {
    if (stem == known.stem) return std::string(known.name);
  }
  return "";
}

}  // namespace harness
