#pragma once

#include <cstddef>
#include <string_view>

namespace harness {

/// Throws Error(kInvalidTable) with `subject` and line when a YAML text would be larger than
/// `limit` bytes if each alias (*name) were replaced by what it stands for, or when an alias stands
/// within what it stands for. A reader that follows aliases does as much work as for that larger
/// text, and a few lines of aliases of aliases make it endless (the "billion laughs"). A node
/// counts one byte, a scalar its length in addition. Throws YAML::Exception for what is no YAML.
void refuse_larger_written_out(std::string_view text, std::string_view subject, std::size_t limit);

}  // namespace harness
