#include "harness/base/file_tree.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/base/error.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

class Walk {
 public:
  explicit Walk(const fs::path& root) : root_(root) {}

  FileTree run() {
    enter(root_);
    std::ranges::sort(tree_.files);
    std::ranges::sort(tree_.broken_links);
    std::ranges::sort(tree_.loops);
    std::ranges::sort(tree_.empty_folders);
    return std::move(tree_);
  }

 private:
  void enter(const fs::path& folder) {
    std::error_code failure;
    ancestors_.push_back(fs::canonical(folder, failure));
    fs::directory_iterator entry(folder, failure);
    bool is_empty = true;
    for (; !failure && entry != fs::end(entry); entry.increment(failure)) {
      is_empty = is_empty && is_hidden(entry->path());
      visit(entry->path());
    }
    if (failure) {
      throw Error(ErrorCode::kIo, folder.string(),
                  fmt::format("expected a folder that can be listed, got: {}", failure.message()));
    }
    ancestors_.pop_back();
    if (is_empty && !ancestors_.empty() && !is_hidden(folder))
      tree_.empty_folders.push_back(relative(folder));
  }

  void visit(const fs::path& path) {
    std::error_code failure;
    const auto status = fs::status(path, failure);
    if (fs::is_regular_file(status)) {
      tree_.files.push_back(relative(path));
    } else if (fs::is_directory(status)) {
      enter_unless_inside(path);
    } else if (fs::is_symlink(fs::symlink_status(path, failure))) {
      note_broken(path);
    }
  }

  /// A link to a folder that it lies in has no end.
  void enter_unless_inside(const fs::path& folder) {
    std::error_code failure;
    const auto real = fs::canonical(folder, failure);
    if (std::ranges::find(ancestors_, real) == ancestors_.end()) {
      enter(folder);
    } else {
      tree_.loops.push_back(relative(folder));
    }
  }

  static bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

  void note_broken(const fs::path& path) {
    if (!is_hidden(path)) tree_.broken_links.push_back(relative(path));
  }

  std::string relative(const fs::path& path) const {
    return path.lexically_relative(root_).generic_string();
  }

  const fs::path& root_;
  std::vector<fs::path> ancestors_;  ///< Real paths of the folders that are being listed.
  FileTree tree_;
};

}  // namespace

FileTree list_files(const fs::path& folder) {
  return Walk(folder).run();
}

}  // namespace harness
