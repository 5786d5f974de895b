#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace harness {

/// ASCII letters in lower case, all other bytes as they are; whatever the locale.
std::string lower_case(std::string_view text);

/// Whether the text is one of these.
bool contains(const std::vector<std::string>& texts, std::string_view text);

/// The name of a file without its folders ("/" or "\\") and without `suffix`: the experiment
/// "fcn_small" of the config "work/fcn_small.py".
std::string stem_of(std::string_view path, std::string_view suffix);

}  // namespace harness
