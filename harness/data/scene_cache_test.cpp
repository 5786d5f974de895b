#include "harness/data/scene_cache.h"

#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

constexpr std::size_t kSceneBytes = 128 * 256 * 4;

std::vector<ScenePaths> scenes() {
  return find_cityscapes("fixtures/minizoo/data/scenes", "val");
}

TEST(SceneCache, ReadsASceneOnceWhereThereIsRoom) {
  SceneCache cache(scenes(), 19, 2 * kSceneBytes);
  const auto first = cache.get(3);
  EXPECT_EQ(first->name, scenes()[3].name);
  EXPECT_EQ(cache.get(3), first);
  EXPECT_EQ(cache.bytes(), kSceneBytes);
}

TEST(SceneCache, KeepsTheFirstScenesThatFitAndNoMore) {
  SceneCache cache(scenes(), 19, 2 * kSceneBytes + kSceneBytes / 2);
  const auto first = cache.get(0);
  const auto second = cache.get(1);
  const auto third = cache.get(2);
  EXPECT_EQ(cache.get(0), first);
  EXPECT_EQ(cache.get(1), second);
  EXPECT_NE(cache.get(2), third);
  EXPECT_EQ(cache.get(2)->image.pixels, third->image.pixels);
  EXPECT_EQ(cache.bytes(), 2 * kSceneBytes);
}

TEST(SceneCache, OfNoBytesKeepsNothing) {
  SceneCache cache(scenes(), 19, 0);
  EXPECT_NE(cache.get(0), cache.get(0));
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST(SceneCache, PassesOnWhatCannotBeRead) {
  auto paths = scenes();
  paths[1].image = "fixtures/none.png";
  SceneCache cache(paths, 19, kSceneBytes);
  EXPECT_THROW(cache.get(1), Error);
  EXPECT_EQ(cache.bytes(), 0U);
  EXPECT_THROW(cache.get(16), std::out_of_range);
}

TEST(SceneCache, CountsASceneOnceThoughSeveralThreadsReadIt) {
  SceneCache cache(scenes(), 19, 100 * kSceneBytes);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&cache] {
      for (std::size_t scene = 0; scene < cache.size(); ++scene) cache.get(scene);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(cache.bytes(), 16 * kSceneBytes);
}

}  // namespace
}  // namespace harness
