#include "harness/data/cityscapes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class Cityscapes : public testing::Test {
 protected:
  /// A scene of one row of pixels; `kind` is "labelTrainIds", "labelIds" or "" for no label map.
  void add_scene(const std::string& stem, const std::string& kind,
                 const std::vector<std::uint8_t>& classes, int image_width = 0) {
    const auto width = static_cast<int>(classes.size());
    const auto image = root() / "leftImg8bit/val" / (stem + "_leftImg8bit.png");
    const auto label = root() / "gtFine/val" / (stem + "_gtFine_" + kind + ".png");
    write(image, cv::Mat(1, image_width == 0 ? width : image_width, CV_8UC3, cv::Scalar(1, 2, 3)));
    if (!kind.empty()) write(label, cv::Mat(classes, true).reshape(1, 1));
  }
  Scene load_only(std::int64_t num_classes = 19) {
    return load_scene(find_cityscapes(root(), "val").at(0), num_classes);
  }
  const fs::path& root() const { return folder_.path(); }
  fs::path image(const std::string& stem) const {
    return root() / "leftImg8bit/val" / (stem + "_leftImg8bit.png");
  }
  /// The label map of Cityscapes ids.
  fs::path label(const std::string& stem) const {
    return root() / "gtFine/val" / (stem + "_gtFine_labelIds.png");
  }

 private:
  static void write(const fs::path& path, const cv::Mat& pixels) {
    fs::create_directories(path.parent_path());
    EXPECT_TRUE(cv::imwrite(path.string(), pixels));
  }
  TemporaryFolder folder_;
};

template <class Call>
std::string failure_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing thrown";
}

std::vector<std::string> names_of(const std::vector<ScenePaths>& scenes) {
  std::vector<std::string> names;
  for (const auto& scene : scenes) names.push_back(scene.name);
  return names;
}

TEST(FindCityscapes, ListsTheMiniZoosScenesInTheOrderOfTheGoldens) {
  const auto golden = read_json_file("fixtures/minizoo/goldens/eval/fcn_fp32.json");
  const auto files = golden.at("fp32").at("files").get<std::vector<std::string>>();
  ASSERT_EQ(files.size(), 16U);
  EXPECT_EQ(names_of(find_cityscapes("fixtures/minizoo/data/scenes", "val")), files);
}

TEST_F(Cityscapes, SortsByNameByteByByteAndPassesOverOtherFiles) {
  add_scene("a/one", "labelTrainIds", {0});
  add_scene("a-b/two", "labelTrainIds", {0});
  write_file_atomic(root() / "leftImg8bit/val/a/notes.txt", "x");
  write_file_atomic(root() / "leftImg8bit/val/a/._one_leftImg8bit.png", "x");
  fs::create_directories(root() / "leftImg8bit/val/a/odd_leftImg8bit.png");
  write_file_atomic(root() / "leftImg8bit/val/a/odd_leftImg8bit.png/notes.txt", "x");
  EXPECT_THAT(names_of(find_cityscapes(root(), "val")),
              ElementsAre("a-b/two_leftImg8bit.png", "a/one_leftImg8bit.png"));
}

TEST_F(Cityscapes, TrainIdsAreTakenAsTheyStand) {
  add_scene("c/x", "labelTrainIds", {0, 18, 255});
  const auto scene = load_only();
  EXPECT_THAT(scene.label.classes, ElementsAre(0, 18, 255));
  EXPECT_EQ(scene.image.size, scene.label.size);
}

TEST_F(Cityscapes, IdsAreMappedWhereTrainIdsAreMissing) {
  add_scene("c/x", "labelIds", {7, 33, 0, 29, 255});
  EXPECT_THAT(load_only().label.classes, ElementsAre(0, 18, 255, 255, 255));
}

TEST_F(Cityscapes, TrainIdsWinOverIds) {
  add_scene("c/x", "labelIds", {7});
  add_scene("c/x", "labelTrainIds", {5});
  EXPECT_THAT(load_only().label.classes, ElementsAre(5));
}

TEST(CityscapesIds, OfTheMiniZooMapToItsTrainIds) {
  for (auto paths : find_cityscapes("fixtures/minizoo/data/scenes", "val")) {
    const auto expected = load_scene(paths, 19).label.classes;
    auto text = paths.label.string();
    paths.label = text.replace(text.find("labelTrainIds"), 13, "labelIds");
    paths.label_holds_ids = true;
    EXPECT_EQ(load_scene(paths, 19).label.classes, expected) << paths.name;
  }
}

TEST(CityscapesIds, AreKnownUpTo33) {
  EXPECT_EQ(cityscapes_train_id(26), 13);
  EXPECT_EQ(cityscapes_train_id(30), kIgnoredClass);
  EXPECT_EQ(cityscapes_train_id(34), -1);
  EXPECT_EQ(cityscapes_train_id(254), -1);
}

TEST_F(Cityscapes, AnUnknownIdIsRefused) {
  add_scene("c/x", "labelIds", {7, 34});
  EXPECT_THAT(failure_of([&] { load_only(); }), HasSubstr("got 34 at pixel (x 1, y 0)"));
}

TEST_F(Cityscapes, AMissingFolderNamesIt) {
  EXPECT_THAT(failure_of([&] { find_cityscapes(root(), "val"); }), HasSubstr("leftImg8bit/val"));
}

TEST_F(Cityscapes, AFolderWithoutImagesIsRefused) {
  fs::create_directories(root() / "leftImg8bit/val/c");
  EXPECT_THAT(failure_of([&] { find_cityscapes(root(), "val"); }),
              HasSubstr("invalid data: " + (root() / "leftImg8bit/val").string()));
}

TEST_F(Cityscapes, MissingLabelsAreCountedAndTheFirstIsNamedWithWhatWasTried) {
  add_scene("c/w", "labelIds", {0});
  add_scene("c/x", "", {0});
  add_scene("c/y", "", {0});
  const auto message = failure_of([&] { find_cityscapes(root(), "val"); });
  EXPECT_THAT(message, HasSubstr("3 images, 2 without"));
  EXPECT_THAT(message, HasSubstr("c/x_leftImg8bit.png, c/y_leftImg8bit.png"));
  EXPECT_THAT(message, HasSubstr("c/x_gtFine_labelTrainIds.png"));
  EXPECT_THAT(message, HasSubstr("c/x_gtFine_labelIds.png"));
}

TEST_F(Cityscapes, LabelsWithoutTheirImageAreCounted) {
  add_scene("c/x", "labelIds", {0});
  add_scene("c/y", "labelIds", {0});
  add_scene("c/z", "labelTrainIds", {0});
  fs::remove(image("c/x"));
  fs::remove(image("c/z"));
  const auto message = failure_of([&] { find_cityscapes(root(), "val"); });
  EXPECT_THAT(message, HasSubstr("3 label maps, 2 without"));
  EXPECT_THAT(message, HasSubstr("c/x, c/z"));
}

TEST_F(Cityscapes, AnotherEndingDoesNotMakeTheSplitSmaller) {
  add_scene("a/one", "labelIds", {7});
  add_scene("a/two", "labelIds", {7});
  for (const char* ending : {".PNG", ".jpg"}) {
    const fs::path other = fs::path(image("a/two")).replace_extension(ending);
    fs::rename(image("a/two"), other);
    EXPECT_THAT(failure_of([&] { find_cityscapes(root(), "val"); }),
                AllOf(HasSubstr("got 1 of another ending"),
                      HasSubstr(std::string("a/two_leftImg8bit") + ending)));
    fs::rename(other, image("a/two"));
  }
  fs::rename(label("a/two"), fs::path(label("a/two")).replace_extension(".PNG"));
  EXPECT_THAT(failure_of([&] { find_cityscapes(root(), "val"); }), HasSubstr("a/two"));
}

/// As a link to a folder where a disk is not mounted.
TEST_F(Cityscapes, AnEmptyFolderOfTheSplitIsRefused) {
  add_scene("a/one", "labelIds", {7});
  fs::create_directories(root() / "disk");
  for (const char* kind : {"leftImg8bit", "gtFine"}) {
    fs::create_directory_symlink(root() / "disk", root() / kind / "val" / "b");
  }
  EXPECT_THAT(failure_of([&] { find_cityscapes(root(), "val"); }),
              AllOf(HasSubstr("1 folder without any"), HasSubstr("b")));
}

/// As a city whose images and label maps were both saved under names without the data set's ending.
TEST_F(Cityscapes, AFolderOfOtherNamesDoesNotMakeTheSplitSmaller) {
  add_scene("a/one", "labelIds", {7});
  add_scene("b/two", "labelIds", {7});
  fs::rename(image("b/two"), root() / "leftImg8bit/val/b/two.png");
  fs::rename(label("b/two"), root() / "gtFine/val/b/two.png");
  write_file_atomic(root() / "leftImg8bit/val/cover.png", "x");
  write_file_atomic(root() / "leftImg8bit/val/notes/readme.txt", "x");
  EXPECT_THAT(failure_of([&] { find_cityscapes(root(), "val"); }),
              AllOf(HasSubstr("1 folder with pictures of other names only: b"),
                    HasSubstr("leftImg8bit/val")));
  fs::remove_all(root() / "leftImg8bit/val/b");
  EXPECT_EQ(find_cityscapes(root(), "val").size(), 1U);
}

TEST_F(Cityscapes, ALinkBackToItsFolderIsNotFollowed) {
  add_scene("a/one", "labelIds", {7});
  fs::create_directory_symlink(root() / "leftImg8bit/val", root() / "leftImg8bit/val/a/loop");
  EXPECT_EQ(find_cityscapes(root(), "val").size(), 1U);
}

TEST_F(Cityscapes, LinksAreFollowed) {
  add_scene("c/x", "labelIds", {0});
  fs::rename(root() / "leftImg8bit/val/c", root() / "elsewhere");
  fs::create_directory_symlink(root() / "elsewhere", root() / "leftImg8bit/val/c");
  fs::rename(label("c/x"), root() / "label.png");
  fs::create_symlink(root() / "label.png", label("c/x"));
  EXPECT_EQ(load_only().label.classes.size(), 1U);
}

TEST_F(Cityscapes, AnImageThatIsALinkToNothingIsCountedAndNamed) {
  add_scene("c/x", "labelIds", {0});
  add_scene("c/y", "labelIds", {0});
  fs::remove(image("c/y"));
  fs::create_symlink("nowhere", image("c/y"));
  EXPECT_THAT(
      failure_of([&] { find_cityscapes(root(), "val"); }),
      AllOf(HasSubstr("1 link to nothing beside 1 image"), HasSubstr("c/y_leftImg8bit.png")));
}

TEST_F(Cityscapes, ALabelThatIsALinkToNothingIsNotReplacedByTheOtherKind) {
  add_scene("c/x", "labelIds", {7});
  fs::create_symlink("nowhere", root() / "gtFine/val/c/x_gtFine_labelTrainIds.png");
  EXPECT_THAT(
      failure_of([&] { find_cityscapes(root(), "val"); }),
      AllOf(HasSubstr("1 image, 1 cannot be read"), HasSubstr("c/x_gtFine_labelTrainIds.png")));
}

TEST_F(Cityscapes, ALabelMapInThePlaceOfAnImageIsRefused) {
  add_scene("c/x", "labelIds", {7, 8, 255});
  fs::copy_file(label("c/x"), image("c/x"), fs::copy_options::overwrite_existing);
  EXPECT_THAT(failure_of([&] { load_only(); }),
              AllOf(HasSubstr("c/x_leftImg8bit.png"), HasSubstr("got a label map")));
}

TEST_F(Cityscapes, AGreyPhotographIsAnImage) {
  add_scene("c/x", "labelIds", {7, 8});
  const cv::Mat grey = (cv::Mat_<std::uint8_t>(1, 2) << 8, 100);
  EXPECT_TRUE(cv::imwrite(image("c/x").string(), grey));
  EXPECT_EQ(load_only().image.size, (ImageSize{1, 2}));
}

TEST_F(Cityscapes, AnImageOfAnotherSizeThanItsLabelIsRefused) {
  add_scene("c/x", "labelTrainIds", {0, 0}, /*image_width=*/3);
  EXPECT_THAT(failure_of([&] { load_only(); }),
              HasSubstr("expected the size of its image, 3x1, got 2x1"));
}

TEST_F(Cityscapes, IdsUnderTheNameOfTrainIdsAreNamed) {
  add_scene("c/x", "labelTrainIds", {7, 26, 0});
  EXPECT_THAT(failure_of([&] { load_only(); }), HasSubstr("(these are ids of Cityscapes"));
  add_scene("c/x", "labelTrainIds", {7, 40, 0});
  EXPECT_THAT(failure_of([&] { load_only(); }), testing::Not(HasSubstr("these are ids")));
}

TEST_F(Cityscapes, AClassOutOfRangeNamesFileValueAndPixel) {
  add_scene("c/x", "labelTrainIds", {1, 255, 2});
  const auto message = failure_of([&] { load_only(/*num_classes=*/2); });
  EXPECT_THAT(message, HasSubstr("c/x_gtFine_labelTrainIds.png"));
  EXPECT_THAT(message, HasSubstr("expected classes 0 to 1 or 255, got 2 at pixel (x 2, y 0)"));
}

}  // namespace
}  // namespace harness
