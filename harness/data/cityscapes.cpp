#include "harness/data/cityscapes.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "harness/base/error.h"
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

std::vector<std::string> image_names(const fs::path& folder) {
  std::error_code failure;
  fs::recursive_directory_iterator entry(folder, failure);
  std::vector<std::string> names;
  for (; !failure && entry != fs::end(entry); entry.increment(failure)) {
    const auto file = entry->path().filename().string();
    if (file.starts_with('.') || !file.ends_with(kImageSuffix)) continue;
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) {
      names.push_back(entry->path().lexically_relative(folder).generic_string());
    }
  }
  if (failure) {
    throw Error(ErrorCode::kIo, folder.string(),
                "expected a folder with the split's images, got: " + failure.message());
  }
  std::sort(names.begin(), names.end());
  return names;
}

ScenePaths with_label(const fs::path& root, std::string_view split, const std::string& name) {
  const auto stem = name.substr(0, name.size() - kImageSuffix.size());
  const auto labels = root / "gtFine" / split;
  ScenePaths scene{name, root / "leftImg8bit" / split / name, {}, false};
  scene.label = labels / fmt::format("{}{}", stem, kTrainIdSuffix);
  std::error_code ignored;
  if (fs::is_regular_file(scene.label, ignored)) return scene;
  const auto train_ids = scene.label;
  scene.label = labels / fmt::format("{}{}", stem, kIdSuffix);
  scene.label_holds_ids = true;
  if (fs::is_regular_file(scene.label, ignored)) return scene;
  throw Error(ErrorCode::kInvalidData, scene.image.string(),
              fmt::format("expected a label map {} or {}, found neither", train_ids.string(),
                          scene.label.string()));
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

void check_classes(const ScenePaths& paths, const LabelMap& label, std::int64_t num_classes) {
  const auto wrong = std::find_if(
      label.classes.begin(), label.classes.end(),
      [num_classes](std::uint8_t value) { return value >= num_classes && value != kIgnoredClass; });
  if (wrong == label.classes.end()) return;
  fail_at(paths, label, static_cast<std::size_t>(wrong - label.classes.begin()),
          fmt::format("expected classes 0 to {} or 255", num_classes - 1));
}

}  // namespace

std::vector<ScenePaths> find_cityscapes(const fs::path& root, std::string_view split) {
  const auto folder = root / "leftImg8bit" / split;
  std::vector<ScenePaths> scenes;
  for (const auto& name : image_names(folder)) scenes.push_back(with_label(root, split, name));
  if (scenes.empty()) {
    throw Error(ErrorCode::kInvalidData, folder.string(),
                fmt::format("expected images named *{}, found none", kImageSuffix));
  }
  return scenes;
}

int cityscapes_train_id(std::uint8_t id) noexcept {
  return kTrainIds[id];
}

Scene load_scene(const ScenePaths& paths, std::int64_t num_classes) {
  Scene scene{paths.name, read_color_png(paths.image), read_label_png(paths.label)};
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
