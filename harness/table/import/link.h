#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace harness {

/// `path` as a suite in `folder` writes it: relative to the folder, or absolute where no relative
/// path exists. Both are made absolute first; nothing need exist.
std::string relative_to(const std::filesystem::path& path, const std::filesystem::path& folder);

/// A link on a page in `page_folder`, as a suite in `suite_folder` writes it. URLs stay as they
/// are; a path loses its percent encoding.
std::string resolve_link(std::string_view link, const std::filesystem::path& page_folder,
                         const std::filesystem::path& suite_folder);

/// The last part of a link without query and fragment: "a/b/x.py?raw=true" is "x.py".
std::string file_name_of(std::string_view link);

/// "configs/x.py" is "x"; other extensions than .py, .pyy (which upstream wrote), .yml, .yaml and
/// .json stay.
std::string config_stem(std::string_view link);

/// "x_20200717_230921-50245227.pth" is "x": no extension, no hash, no time stamp.
std::string model_stem(std::string_view link);

/// The row id without its part "fp16", or "amp" as mmseg 1.x names it: "fcn_80k_fp16_cityscapes" is
/// "fcn_80k_cityscapes", "fcn_4xb2-amp-80k_cityscapes" is "fcn_4xb2-80k_cityscapes"; "" when it has
/// neither.
std::string without_fp16(std::string_view row_id);

}  // namespace harness
