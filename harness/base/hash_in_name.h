#pragma once

#include <string>
#include <string_view>

namespace harness {

/// The start of a published file's sha256 in its name, as torch.hub, mmcv and mmengine write it:
/// the 8 hex digits between "-" and the extension ("fcn_...-50245227.pth"), in lower case. "" when
/// there are none. Eight digits that are a day of this century ("-20200717.pth") are taken for a
/// date; that is wrong for one hash in 300000.
std::string hash_in_name(std::string_view name);

}  // namespace harness
