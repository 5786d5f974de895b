#include "harness/data/cityscapes.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/file_tree.h"
#include "harness/base/number_text.h"
#include "harness/base/text.h"
#include "harness/data/png.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kImageSuffix = "_leftImg8bit.png";
constexpr std::string_view kTrainIdSuffix = "_gtFine_labelTrainIds.png";
constexpr std::string_view kIdSuffix = "_gtFine_labelIds.png";
constexpr int kHighestId = 33;

// The row of a Cityscapes id is its train id: mmseg_facts 6, after cityscapesScripts' labels.py.
constexpr std::array<std::int16_t, 256> make_train_ids() {
  std::array<std::int16_t, 256> table{};
  for (std::size_t id = 0; id < table.size(); ++id) {
    table[id] = id <= kHighestId ? std::int16_t{kIgnoredClass} : std::int16_t{-1};
  }
  table[255] = kIgnoredClass;
  constexpr std::array<std::uint8_t, 19> trained = {7,  8,  11, 12, 13, 17, 19, 20, 21, 22,
                                                    23, 24, 25, 26, 27, 28, 31, 32, 33};
  for (std::size_t train_id = 0; train_id < trained.size(); ++train_id) {
    table[trained[train_id]] = static_cast<std::int16_t>(train_id);
  }
  return table;
}
constexpr auto kTrainIds = make_train_ids();

/// The part of a name that an image and its label maps share.
std::string without(std::string_view suffix, const std::string& name) {
  return name.substr(0, name.size() - suffix.size());
}

bool has_suffix(const std::string& name, std::string_view suffix) {
  return name.ends_with(suffix) && !fs::path(name).filename().string().starts_with('.');
}

bool ends_as_picture(const fs::path& path) {
  constexpr auto kEndings =
      std::to_array<std::string_view>({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"});
  return std::ranges::find(kEndings, lower_case(path.extension().string())) != kEndings.end();
}

/// An image of the data set by its name, but not by its ending: "x_leftImg8bit.PNG" or ".jpg".
bool is_misnamed(const std::string& name, std::string_view suffix) {
  const fs::path path(name);
  const std::string stem = path.stem().string();
  const std::string expected = fs::path(suffix).stem().string();
  return !has_suffix(name, suffix) && !stem.starts_with('.') &&
         lower_case(stem).ends_with(lower_case(expected)) && ends_as_picture(path);
}

/// What looks like a part of the split, and would be left out without a word.
void require_nothing_left_out(const FileTree& tree, const fs::path& folder,
                              std::initializer_list<std::string_view> suffixes) {
  std::vector<std::string> misnamed;
  for (const auto& name : tree.files) {
    for (const auto suffix : suffixes) {
      if (is_misnamed(name, suffix)) misnamed.push_back(name);
    }
  }
  if (!misnamed.empty()) {
    throw Error(ErrorCode::kInvalidData, folder.string(),
                fmt::format("expected files named *{}, got {} of another ending: {}",
                            *suffixes.begin(), misnamed.size(), listing(misnamed)));
  }
  if (!tree.empty_folders.empty()) {
    throw Error(
        ErrorCode::kInvalidData, folder.string(),
        fmt::format("expected files in every folder of the split, got {} without any: {}; "
                    "mount or fetch what belongs there, or remove the folder",
                    plural(std::ssize(tree.empty_folders), "folder"), listing(tree.empty_folders)));
  }
}

/// The folders below the split in which there is a picture of these files.
std::set<std::string> folders_of(const std::vector<std::string>& files) {
  std::set<std::string> folders;
  for (const auto& name : files) {
    const fs::path path(name);
    const bool is_hidden = path.filename().string().starts_with('.');
    if (path.has_parent_path() && !is_hidden && ends_as_picture(path)) {
      folders.insert(path.parent_path().generic_string());
    }
  }
  return folders;
}

/// A city whose images bear other names would be left out without a word.
void require_images_in(const std::set<std::string>& folders, const std::vector<std::string>& images,
                       const fs::path& root) {
  std::vector<std::string> without_images;
  std::ranges::set_difference(folders, folders_of(images), std::back_inserter(without_images));
  if (without_images.empty()) return;
  throw Error(ErrorCode::kInvalidData, root.string(),
              fmt::format("expected files named *{} in every folder of the split, got {} with "
                          "pictures of other names only: {}",
                          kImageSuffix, plural(std::ssize(without_images), "folder"),
                          listing(without_images)));
}

std::vector<std::string> image_names(const fs::path& folder) {
  auto tree = list_files(folder);
  require_nothing_left_out(tree, folder, {kImageSuffix});
  const std::set<std::string> folders = folders_of(tree.files);
  std::erase_if(tree.files,
                [](const std::string& name) { return !has_suffix(name, kImageSuffix); });
  if (!tree.broken_links.empty()) {
    throw Error(
        ErrorCode::kInvalidData, folder.string(),
        fmt::format("expected every file of the split, got {} to nothing beside {} that can "
                    "be read: {}; mount or fetch what is pointed to",
                    plural(std::ssize(tree.broken_links), "link"),
                    plural(std::ssize(tree.files), "image"), listing(tree.broken_links)));
  }
  if (!tree.files.empty()) require_images_in(folders, tree.files, folder);
  return tree.files;
}

/// The scene's label map. `paths.label` stays empty where there is none.
ScenePaths with_label(const fs::path& root, std::string_view split, const std::string& name) {
  const auto stem = without(kImageSuffix, name);
  const auto labels = root / "gtFine" / split;
  ScenePaths scene{name, root / "leftImg8bit" / split / name, {}, false};
  for (const auto suffix : {kTrainIdSuffix, kIdSuffix}) {
    const fs::path file = labels / fmt::format("{}{}", stem, suffix);
    std::error_code ignored;
    // A link that leads nowhere is a label map too: the other kind may not stand in for it.
    if (fs::is_directory(file, ignored) || !fs::exists(fs::symlink_status(file, ignored))) continue;
    scene.label = file;
    scene.label_holds_ids = suffix == kIdSuffix;
    break;
  }
  return scene;
}

void require_labels(const std::vector<ScenePaths>& scenes, const fs::path& labels) {
  std::vector<std::string> unlabelled;
  std::vector<std::string> broken;
  for (const auto& scene : scenes) {
    if (scene.label.empty()) {
      unlabelled.push_back(scene.name);
    } else if (!fs::is_regular_file(scene.label)) {
      broken.push_back(scene.label.lexically_relative(labels).string());
    }
  }
  if (!unlabelled.empty()) {
    const auto stem = labels / without(kImageSuffix, unlabelled.front());
    throw Error(
        ErrorCode::kInvalidData, labels.string(),
        fmt::format("expected a label map for each of {}, {} without one: {}; looked for "
                    "{}{} and {}{}",
                    plural(std::ssize(scenes), "image"), unlabelled.size(), listing(unlabelled),
                    stem.string(), kTrainIdSuffix, stem.string(), kIdSuffix));
  }
  if (!broken.empty()) {
    throw Error(ErrorCode::kInvalidData, labels.string(),
                fmt::format("expected a label map for each of {}, {} cannot be read, for example "
                            "as links to nothing: {}",
                            plural(std::ssize(scenes), "image"), broken.size(), listing(broken)));
  }
}

/// An image that is lost leaves its label map behind.
void require_images(const std::vector<ScenePaths>& scenes, const fs::path& labels) {
  std::set<std::string> stems;
  for (const auto& scene : scenes) {
    stems.insert(without(kImageSuffix, scene.name));
  }
  std::set<std::string> labelled;
  const FileTree tree = list_files(labels);
  require_nothing_left_out(tree, labels, {kTrainIdSuffix, kIdSuffix});
  for (const auto& name : tree.files) {
    for (const auto suffix : {kTrainIdSuffix, kIdSuffix}) {
      if (has_suffix(name, suffix)) labelled.insert(without(suffix, name));
    }
  }
  std::vector<std::string> lost;
  std::ranges::set_difference(labelled, stems, std::back_inserter(lost));
  if (lost.empty()) return;
  throw Error(ErrorCode::kInvalidData, labels.string(),
              fmt::format("expected an image for each of {}, {} without one: {}",
                          plural(std::ssize(labelled), "label map"), lost.size(), listing(lost)));
}

[[noreturn]] void fail_at(const ScenePaths& paths, const LabelMap& label, std::size_t pixel,
                          std::string_view expected) {
  const auto width = static_cast<std::size_t>(label.size.width);
  throw Error(ErrorCode::kInvalidData, paths.label.string(),
              fmt::format("{}, got {} at pixel (x {}, y {})", expected, label.classes[pixel],
                          pixel % width, pixel / width));
}

void map_ids(const ScenePaths& paths, LabelMap& label) {
  for (std::size_t pixel = 0; pixel < label.classes.size(); ++pixel) {
    const int train_id = cityscapes_train_id(label.classes[pixel]);
    if (train_id < 0) fail_at(paths, label, pixel, "expected ids of Cityscapes, 0 to 33 or 255");
    label.classes[pixel] = static_cast<std::uint8_t>(train_id);
  }
}

bool is_class(std::uint8_t value, std::int64_t num_classes) {
  return value < num_classes || value == kIgnoredClass;
}

void check_classes(const ScenePaths& paths, const LabelMap& label, std::int64_t num_classes) {
  const auto wrong = std::ranges::find_if_not(
      label.classes, [num_classes](std::uint8_t value) { return is_class(value, num_classes); });
  if (wrong == label.classes.end()) return;
  constexpr std::int64_t kTrainedClasses = 19;
  const bool are_ids =
      num_classes == kTrainedClasses && std::ranges::all_of(label.classes, [](std::uint8_t value) {
        return cityscapes_train_id(value) >= 0;
      });
  fail_at(
      paths, label, static_cast<std::size_t>(wrong - label.classes.begin()),
      fmt::format("expected classes 0 to {} or 255{}", num_classes - 1,
                  are_ids ? " (these are ids of Cityscapes, as in *_gtFine_labelIds.png)" : ""));
}

/// Whether what poses as an image is a label map: grey, or with a palette, and of classes alone.
bool holds_classes(const fs::path& path, const Image& image, std::int64_t num_classes) {
  const auto is_one = [num_classes](std::uint8_t value) { return is_class(value, num_classes); };
  if (png_has_palette(path)) return std::ranges::all_of(read_label_png(path).classes, is_one);
  for (std::size_t i = 0; i + 2 < image.pixels.size(); i += 3) {
    const auto blue = image.pixels[i];
    if (blue != image.pixels[i + 1] || blue != image.pixels[i + 2] || !is_one(blue)) return false;
  }
  return true;
}

}  // namespace

std::vector<ScenePaths> find_cityscapes(const fs::path& root, std::string_view split) {
  const auto folder = root / "leftImg8bit" / split;
  const auto labels = root / "gtFine" / split;
  std::vector<ScenePaths> scenes;
  for (const auto& name : image_names(folder)) scenes.push_back(with_label(root, split, name));
  if (scenes.empty()) {
    throw Error(ErrorCode::kInvalidData, folder.string(),
                fmt::format("expected images named *{}, found none", kImageSuffix));
  }
  require_labels(scenes, labels);
  require_images(scenes, labels);
  return scenes;
}

int cityscapes_train_id(std::uint8_t id) noexcept {
  return kTrainIds[id];
}

Scene load_scene(const ScenePaths& paths, std::int64_t num_classes) {
  Scene scene{paths.name, read_color_png(paths.image), read_label_png(paths.label)};
  if (holds_classes(paths.image, scene.image, num_classes)) {
    throw Error(ErrorCode::kInvalidData, paths.image.string(),
                fmt::format("expected an image, got a label map: each value is one of the {} "
                            "classes or 255",
                            num_classes));
  }
  if (scene.image.size != scene.label.size) {
    throw Error(ErrorCode::kInvalidData, paths.label.string(),
                fmt::format("expected the size of its image, {}, got {}",
                            size_text(scene.image.size), size_text(scene.label.size)));
  }
  if (paths.label_holds_ids) map_ids(paths, scene.label);
  check_classes(paths, scene.label, num_classes);
  return scene;
}

}  // namespace harness
