#include "harness/base/text.h"

#include <algorithm>

namespace harness {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool contains(const std::vector<std::string>& texts, std::string_view text) {
  return std::ranges::find(texts, text) != texts.end();
}

std::string stem_of(std::string_view path, std::string_view suffix) {
  path.remove_prefix(path.find_last_of("/\\") + 1);  // npos + 1 is 0.
  if (path.ends_with(suffix)) path.remove_suffix(suffix.size());
  return std::string(path);
}

}  // namespace harness
