#include "harness/fetch/leftovers.h"

#include <string>
#include <vector>

#include "harness/base/file.h"

namespace harness {
namespace fs = std::filesystem;

void remove_leftovers(const fs::path& path) {
  const std::string start = path.filename().string() + ".tmp";
  const fs::path folder = folder_of(path);
  std::vector<fs::path> left;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    const bool ours = name.starts_with(start) && name.size() > start.size() &&
                      name.find_first_not_of("0123456789", start.size()) == std::string::npos;
    if (ours) left.push_back(entry->path());
  }
  for (const fs::path& file : left) fs::remove(file, failed);
}

}  // namespace harness
