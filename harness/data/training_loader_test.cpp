#include "harness/data/training_loader.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <span>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"

namespace harness {
namespace {
using testing::HasSubstr;

std::vector<ScenePaths> scenes() {
  return find_cityscapes("fixtures/minizoo/data/scenes", "train");
}

TrainingLoaderOptions options() {
  return {.pipeline = {.scale = {128, 256}, .crop = {64, 128}}, .batch = 4, .seed = 11};
}

std::string digest_of(const TrainingBatch& batch) {
  Sha256 hash;
  hash.update(std::as_bytes(std::span(&batch.number, 1)));
  hash.update(std::as_bytes(std::span(batch.scenes)));
  hash.update(std::as_bytes(std::span(batch.images)));
  hash.update(std::as_bytes(std::span(batch.classes)));
  return hash.hex_digest();
}

std::vector<std::string> digests(const TrainingLoaderOptions& how, int batches,
                                 const SamplerPosition& start = {}) {
  TrainingLoader loader(scenes(), how, start);
  std::vector<std::string> result;
  for (int i = 0; i < batches; ++i) result.push_back(digest_of(loader.next().value()));
  return result;
}

/// The scenes, of which one's image is a file that is no PNG.
struct BrokenScene {
  TemporaryFolder folder;
  std::vector<ScenePaths> paths = scenes();
  explicit BrokenScene(std::size_t index) {
    paths.at(index).image = folder.path() / "broken.png";
    std::ofstream(paths[index].image) << "no image";
  }
};

TEST(TrainingLoader, GivesWhatTheDrawsOfItsImagesMake) {
  TrainingLoader loader(scenes(), options(), {3, 2});
  const auto batch = loader.next().value();
  EXPECT_EQ(batch.number, 3U * 16 + 2);
  EXPECT_EQ(batch.position, (SamplerPosition{3, 2}));
  const BatchSampler sampler({.items = 64, .batch = 4, .seed = 11});
  EXPECT_EQ(batch.scenes, sampler.batch(batch.number));
  EXPECT_EQ(batch.size, (ImageSize{64, 128}));
  ASSERT_EQ(batch.images.size(), 4U * 3 * 64 * 128);
  ASSERT_EQ(batch.classes.size(), 4U * 64 * 128);
  const auto pipeline = options().pipeline;
  for (std::size_t n = 0; n < 4; ++n) {
    const auto scene = load_scene(scenes()[batch.scenes[n]], 19);
    const auto draws = draw_training(pipeline, scene.image.size, 11, 3,
                                     static_cast<std::uint32_t>(batch.scenes[n]));
    std::vector<float> image(3 * 64 * 128);
    std::vector<std::uint8_t> classes(64 * 128);
    prepare_for_training(scene.image, scene.label, draws, pipeline, {image, classes});
    EXPECT_TRUE(std::equal(image.begin(), image.end(), batch.images.data() + n * image.size()));
    EXPECT_TRUE(
        std::equal(classes.begin(), classes.end(), batch.classes.data() + n * classes.size()));
  }
}

TEST(TrainingLoader, GivesTheSameBatchesHoweverTheyAreMade) {
  auto in_line = options();
  in_line.threads = 0;
  in_line.cache_bytes = 0;
  const auto expected = digests(in_line, 20);  // 16 batches are an epoch.
  for (const std::size_t threads : {1, 2, 5}) {
    auto how = options();
    how.threads = threads;
    how.ahead = threads + 1;
    how.cache_bytes = threads == 2 ? 1'000'000 : 100'000'000;
    EXPECT_EQ(digests(how, 20), expected) << threads;
  }
}

TEST(TrainingLoader, GoesOnWhereAnotherOneStopped) {
  const auto expected = digests(options(), 20);
  TrainingLoader stopped(scenes(), options());
  for (int i = 0; i < 15; ++i) stopped.next();
  EXPECT_EQ(stopped.position(), (SamplerPosition{0, 15}));
  stopped.next();
  EXPECT_EQ(stopped.position(), (SamplerPosition{1, 0}));
  const std::vector<std::string> rest(expected.begin() + 16, expected.end());
  EXPECT_EQ(digests(options(), 4, stopped.position()), rest);
}

TEST(TrainingLoader, DrawsAnewInEveryEpochAndForEverySeed) {
  auto one = options();
  one.batch = 64;
  one.threads = 0;
  TrainingLoader loader(scenes(), one);
  auto first = loader.next().value();
  auto second = loader.next().value();
  EXPECT_NE(first.scenes, second.scenes);
  EXPECT_NE(first.images, second.images);
  EXPECT_EQ(second.position, (SamplerPosition{1, 0}));
  auto other = options();
  other.seed = 12;
  EXPECT_NE(digests(other, 1), digests(options(), 1));
}

TEST(TrainingLoader, SaysOfWhichImageAnErrorIsAndThenEnds) {
  const BrokenScene broken(5);
  for (const std::size_t threads : {0, 2}) {
    auto how = options();
    how.threads = threads;
    TrainingLoader loader(broken.paths, how);
    try {
      while (loader.next()) {
      }
      ADD_FAILURE() << "nothing thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.subject(), broken.paths[5].image.string());
      EXPECT_THAT(error.detail(), HasSubstr("expected a PNG file"));
    }
    EXPECT_EQ(loader.next(), std::nullopt);
  }
}

TEST(TrainingLoader, SaysOfWhichImageAnErrorOfATransformIs) {
  auto how = options();
  how.pipeline.scale = {1, 1};  // Times 0.5 to 2: no pixel is left of some images.
  TrainingLoader loader(scenes(), how);
  try {
    for (int i = 0; i < 16; ++i) loader.next();
    ADD_FAILURE() << "nothing thrown";
  } catch (const Error& error) {
    EXPECT_THAT(error.subject(), HasSubstr("_leftImg8bit.png"));
    EXPECT_THAT(error.detail(), HasSubstr("resize: expected at least one pixel"));
  }
}

TEST(TrainingLoader, CancelEndsItFromAnotherThreadAndNoBatchIsHalfMade) {
  for (const std::size_t threads : {0, 2}) {
    auto how = options();
    how.threads = threads;
    how.batch = 64;
    TrainingLoader loader(scenes(), how);
    std::thread canceller([&loader] {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      loader.cancel();
    });
    while (const auto batch = loader.next()) {
      const auto last = std::span(batch->images).last(3 * 64 * 128);
      EXPECT_TRUE(std::any_of(last.begin(), last.end(), [](float value) { return value != 0; }));
    }
    canceller.join();
    EXPECT_EQ(loader.next(), std::nullopt);
  }
}

TEST(TrainingLoader, RefusesOptionsBeforeItStarts) {
  auto no_crop = options();
  no_crop.pipeline.crop = {};
  EXPECT_THROW(TrainingLoader(scenes(), no_crop), Error);
  auto too_many = options();
  too_many.batch = 65;
  EXPECT_THROW(TrainingLoader(scenes(), too_many), Error);
  EXPECT_THROW(TrainingLoader({}, options()), Error);
  EXPECT_THROW(TrainingLoader(scenes(), options(), {0, 16}), Error);
}

}  // namespace
}  // namespace harness
