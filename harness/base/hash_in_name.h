#pragma once

#include <string>
#include <string_view>

namespace harness {

/// The start of a published file's sha256 that its name carries, as torch.hub, mmcv and mmengine
/// write it: the 8 hex digits between "-" and the extension ("fcn_...-50245227.pth"), in lower
/// case.
/// "" when there are none. Eight digits that read as a day of this century ("-20200717.pth") are a
/// date: of 300000 hashes, one is mistaken for it.
std::string hash_in_name(std::string_view name);

}  // namespace harness
