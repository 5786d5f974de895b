#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace harness {

/// MMSegmentation's decode head for a method as tables name it, in any case and without a remark
/// in parentheses ("FCN (FP16)"); nothing for a method that is not known.
std::optional<std::string_view> head_of_method(std::string_view method);

/// The method that a row id begins with ("deeplabv3plus_r50-d8_..." is "DeepLabV3+"); "" when it
/// begins with none that is known.
std::string method_of_id(std::string_view row_id);

}  // namespace harness
