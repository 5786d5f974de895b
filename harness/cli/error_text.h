#pragma once

#include <string_view>
#include <vector>

namespace harness {

/// Is this the text of an error, as servers, stores, proxies and scripts send it with status 200 in
/// place of a file? Told by the first line ("404: Not Found", "Access Denied", "Traceback (most
/// recent call last):") or by keys that only an error has ("error: ...", "status: 404").
/// lines: those that are not empty, without blanks around them.
bool is_error_text(const std::vector<std::string_view>& lines);

}  // namespace harness
