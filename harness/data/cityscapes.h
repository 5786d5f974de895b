#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "harness/data/image.h"

namespace harness {

/// The files of an image of a data set and of its label map.
struct ScenePaths {
  std::string name;  ///< Relative to the split's folder: "frankfurt/frankfurt_..._leftImg8bit.png".
  std::filesystem::path image;
  std::filesystem::path label;
  bool label_holds_ids = false;  ///< The label map holds Cityscapes ids, not train ids.
};

/// The scenes of one split in the order in which MMSegmentation 0.17 evaluates them: by name, byte
/// by byte (mmseg/datasets/custom.py, load_annotations).
///
/// Looks for ROOT/leftImg8bit/SPLIT/**/X_leftImg8bit.png with ROOT/gtFine/SPLIT/**/
/// X_gtFine_labelTrainIds.png, or else X_gtFine_labelIds.png. Links are followed; hidden files and
/// other names are passed over.
/// Throws Error(kIo) when a folder is missing or unreadable, Error(kInvalidData) when the split
/// holds no image, and, with how many and their names, for links that lead nowhere, images without
/// a label map and label maps without an image: a smaller split would be another measurement.
std::vector<ScenePaths> find_cityscapes(const std::filesystem::path& root, std::string_view split);

/// The class a Cityscapes id is trained as (cityscapesScripts, helpers/labels.py): 0 to 18, or
/// kIgnoredClass for void classes and for 255, which is the license plate's -1 in a byte.
/// -1 for a value that is not an id of Cityscapes.
int cityscapes_train_id(std::uint8_t id) noexcept;

/// An image in memory with its classes, both validated.
struct Scene {
  std::string name;
  Image image;
  LabelMap label;
};

/// Reads both files and converts ids to train ids.
///
/// num_classes: 1 to 255. Throws as read_color_png() and read_label_png(), and Error(kInvalidData)
/// when the sizes differ or when a class is neither below num_classes nor kIgnoredClass: names the
/// file, the value and the first pixel (x, y) that has it. Refuses an image that is a label map
/// (grey or with a palette, and classes alone).
Scene load_scene(const ScenePaths& paths, std::int64_t num_classes);

}  // namespace harness
