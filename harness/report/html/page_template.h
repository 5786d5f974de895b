#pragma once

#include <map>
#include <string>
#include <string_view>

namespace harness {

/// The text with each "{{name}}" replaced by the value of that name, once: what a value holds is
/// not looked at. Throws std::logic_error for a name that has no value: a template of ours.
std::string fill_template(std::string_view text,
                          const std::map<std::string, std::string_view>& values);

/// "'sha256-...'": a script or a style as a Content-Security-Policy allows it (CSP Level 3, 2.3.1).
std::string policy_source(std::string_view content);

}  // namespace harness
