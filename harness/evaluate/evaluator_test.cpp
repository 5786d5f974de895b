#include "harness/evaluate/evaluator.h"

#include <atomic>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/evaluate/intra_op_threads.h"
#include "harness/evaluate/segment.h"
#include "harness/testing/scenes.h"

namespace harness {
namespace {

std::vector<ScenePaths> mini_scenes() {
  return find_cityscapes(kMiniScenes, "val");
}

TEST(Evaluate, AddsUpWhatEachSceneGives) {
  const std::vector forwards{random_network("fp32", 19)};
  const auto scenes = mini_scenes();
  const auto result = evaluate(scenes, forwards, {});

  ConfusionMatrix expected(19);
  Sha256 digest;
  for (const auto& paths : scenes) {
    const auto scene = load_scene(paths, 19);
    const auto input = prepare_for_test(scene.image, {}, false, {});
    const auto image = torch::tensor(input.planes).reshape({1, 3, 128, 256});
    const auto map = segment_plainly(forwards[0].forward(image), input.size, input.size, false);
    expected.add(map.classes, scene.label.classes);
    Sha256 of_map;
    of_map.update(std::as_bytes(std::span(map.classes)));
    digest.update(of_map.hex_digest());
  }
  ASSERT_EQ(result.forwards.size(), 1U);
  EXPECT_EQ(result.images, 16);
  EXPECT_EQ(result.forwards[0].name, "fp32");
  EXPECT_EQ(result.forwards[0].confusion, expected);
  EXPECT_EQ(result.forwards[0].predictions_sha256, digest.hex_digest());
}

TEST(Evaluate, SeveralImagesInFlightChangeNothingButTheTime) {
  const std::vector forwards{random_network("fp32", 19), random_network("fp16", 19, torch::kHalf)};
  EvaluatorOptions options;
  options.yardstick = random_network("fp64", 19, torch::kDouble).forward;
  options.yardstick_images = 3;
  const auto one = evaluate(mini_scenes(), forwards, options);
  options.images_in_flight = 3;
  const int threads = at::get_num_threads();
  const auto several = evaluate(mini_scenes(), forwards, options);
  EXPECT_EQ(at::get_num_threads(), threads);
  for (std::size_t f = 0; f < forwards.size(); ++f) {
    EXPECT_EQ(several.forwards[f].confusion, one.forwards[f].confusion);
    EXPECT_EQ(several.forwards[f].predictions_sha256, one.forwards[f].predictions_sha256);
    EXPECT_EQ(several.forwards[f].changed_pixels, one.forwards[f].changed_pixels);
    EXPECT_DOUBLE_EQ(several.forwards[f].logits_rmse, one.forwards[f].logits_rmse);
  }
}

/// Says of every pixel how many threads computed it, as sums do in their last digits.
NamedForward threads_telling_network() {
  return {"fp32", [](const torch::Tensor& image) {
            auto logits = torch::zeros({1, 19, image.size(2), image.size(3)});
            logits.select(1, at::get_num_threads() % 19).fill_(1.0F);
            return logits;
          }};
}

class EvaluateOnThreads : public testing::Test {
 protected:
  EvaluateOnThreads() { options_.images_in_flight = 2; }
  std::string predictions() {
    return evaluate(mini_scenes(), {threads_telling_network()}, options_)
        .forwards[0]
        .predictions_sha256;
  }
  std::string with_threads(int threads) {
    const IntraOpThreads scope(threads);
    options_.images_in_flight = 1;
    return predictions();
  }

  const IntraOpThreads three_{3};
  EvaluatorOptions options_;
};

TEST_F(EvaluateOnThreads, OneThreadComputesEachOfSeveralImages) {
  const std::string several = predictions();
  EXPECT_EQ(several, with_threads(1));
}

TEST_F(EvaluateOnThreads, AllComputeEachImageWhereMemoryIsForOne) {
  options_.available_bytes = [] { return std::int64_t{1}; };
  const std::string alone = predictions();
  EXPECT_EQ(alone, with_threads(3));
}

TEST_F(EvaluateOnThreads, AreThoseOfTheScenesThatAreDoneWhateverMemoryIsFree) {
  for (const std::int64_t before : {std::int64_t{1}, std::int64_t{1} << 40}) {
    const TemporaryFolder folder;
    const JournalIdentity identity{{"key"}, {"fp32"}, 19, 16};
    options_.images_in_flight = 2;
    options_.available_bytes = [before] { return before; };
    const std::string whole = predictions();
    {
      EvaluationJournal journal(folder.path() / "journal", identity);
      options_.journal = &journal;
      options_.progress = [](const EvaluationProgress& progress) {
        if (progress.done == 6) throw std::runtime_error("cut off");
      };
      EXPECT_THROW(predictions(), std::runtime_error);
    }
    EvaluationJournal journal(folder.path() / "journal", identity);
    ASSERT_EQ(journal.done().size(), 6U);
    options_.journal = &journal;
    options_.progress = nullptr;
    options_.available_bytes = [before] { return before == 1 ? std::int64_t{1} << 40 : 1; };
    EXPECT_EQ(predictions(), whole) << before;
    options_.journal = nullptr;
  }
}

/// Cut off after so many of 16 scenes.
class EvaluateCutOff : public testing::TestWithParam<std::pair<int, std::int64_t>> {};

TEST_P(EvaluateCutOff, GoesOnBehindTheScenesThatAreDone) {
  const auto [cut, in_flight] = GetParam();
  std::vector forwards{random_network("fp32", 19), random_network("fp16", 19, torch::kHalf)};
  EvaluatorOptions options;
  options.images_in_flight = in_flight;
  options.yardstick = random_network("fp64", 19, torch::kDouble).forward;
  options.yardstick_images = 3;
  options.timed_images = 2;
  const auto whole = evaluate(mini_scenes(), forwards, options);

  const TemporaryFolder folder;
  const JournalIdentity identity{{"key"}, {"fp32", "fp16"}, 19, 16};
  {
    EvaluationJournal journal(folder.path() / "journal", identity);
    options.journal = &journal;
    options.progress = [cut = cut](const EvaluationProgress& progress) {
      if (progress.done == cut) throw std::runtime_error("cut off");
    };
    EXPECT_THROW(evaluate(mini_scenes(), forwards, options), std::runtime_error);
  }
  EvaluationJournal journal(folder.path() / "journal", identity);
  ASSERT_EQ(journal.done().size(), cut);
  options.journal = &journal;
  std::vector<std::int64_t> seen;
  options.progress = [&](const EvaluationProgress& progress) { seen.push_back(progress.done); };
  const auto resumed = evaluate(mini_scenes(), forwards, options);
  EXPECT_EQ(seen.size(), 16U - cut);
  EXPECT_EQ(resumed.images, 16);
  EXPECT_EQ(resumed.yardstick_rms, whole.yardstick_rms);
  for (std::size_t f = 0; f < forwards.size(); ++f) {
    EXPECT_EQ(resumed.forwards[f].confusion, whole.forwards[f].confusion);
    EXPECT_EQ(resumed.forwards[f].predictions_sha256, whole.forwards[f].predictions_sha256);
    EXPECT_EQ(resumed.forwards[f].changed_pixels, whole.forwards[f].changed_pixels);
    EXPECT_EQ(resumed.forwards[f].logits_rmse, whole.forwards[f].logits_rmse);
    EXPECT_EQ(resumed.forwards[f].per_image.size(), 16U);
    EXPECT_EQ(resumed.forwards[f].seconds.empty(), whole.forwards[f].seconds.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Scenes, EvaluateCutOff,
                         testing::Values(std::pair{1, 1}, std::pair{9, 1}, std::pair{15, 1},
                                         std::pair{2, 2}, std::pair{11, 2}));

/// The first images of a process that goes on are slow again.
TEST(Evaluate, DoesNotTimeTheFirstImagesBehindACut) {
  const TemporaryFolder folder;
  const JournalIdentity identity{{"key"}, {"fp32"}, 19, 16};
  const std::vector forwards{random_network("fp32", 19)};
  EvaluatorOptions options;
  {
    EvaluationJournal journal(folder.path() / "journal", identity);
    options.journal = &journal;
    const auto scenes = mini_scenes();
    evaluate({scenes.begin(), scenes.begin() + 6}, forwards, options);
  }
  EvaluationJournal journal(folder.path() / "journal", identity);
  options.journal = &journal;
  const auto result = evaluate(mini_scenes(), forwards, options);
  EXPECT_EQ(result.forwards[0].warmup, 5);
  EXPECT_EQ(result.forwards[0].seconds.size(), 16U - 5U - 5U);
}

TEST(Evaluate, HalfIsFurtherFromTheYardstickThanFloat) {
  EvaluatorOptions options;
  options.yardstick = random_network("fp64", 19, torch::kDouble).forward;
  options.yardstick_images = 2;
  const auto result =
      evaluate(mini_scenes(),
               {random_network("fp32", 19), random_network("fp16", 19, torch::kHalf)}, options);
  EXPECT_EQ(result.yardstick_images, 2);
  EXPECT_GT(result.yardstick_rms, 0.1);
  EXPECT_LT(result.forwards[0].logits_rmse, 1e-6);
  EXPECT_GT(result.forwards[1].logits_rmse, 1e-5);
  EXPECT_LT(result.forwards[1].logits_rmse, 1e-2);
}

TEST(Evaluate, PerImageCountsSumToTheWhole) {
  const auto result = evaluate(mini_scenes(), {random_network("fp32", 19)}, {});
  const auto& forward = result.forwards[0];
  ASSERT_EQ(forward.per_image.size(), 16U);
  std::vector<std::int64_t> unite(19);
  for (const auto& image : forward.per_image) {
    for (std::size_t c = 0; c < unite.size(); ++c) unite[c] += image.unite[c];
  }
  EXPECT_EQ(unite, forward.confusion.unite());
}

TEST(Evaluate, LeavesOutFiveImagesOfWarmUpWhereThereAreMoreThanTen) {
  const std::vector forwards{random_network("fp32", 19)};
  auto scenes = mini_scenes();
  const auto many = evaluate(scenes, forwards, {});
  EXPECT_EQ(many.forwards[0].warmup, 5);
  EXPECT_EQ(many.forwards[0].seconds.size(), 11U);
  scenes.resize(10);
  const auto few = evaluate(scenes, forwards, {});
  EXPECT_EQ(few.forwards[0].warmup, 0);
  EXPECT_EQ(few.forwards[0].seconds.size(), 10U);
}

TEST(Evaluate, TakesTheTimeApartWhenSeveralImagesAreInFlight) {
  EvaluatorOptions options;
  options.images_in_flight = 2;
  options.timed_images = 4;
  const auto result = evaluate(mini_scenes(), {random_network("fp32", 19)}, options);
  EXPECT_EQ(result.images, 16);
  EXPECT_EQ(result.forwards[0].seconds.size(), 4U);
}

/// A network whose every image takes `bytes`, and which counts how many are in it at a time.
class GreedyNetwork {
 public:
  explicit GreedyNetwork(std::int64_t bytes) : bytes_(bytes), logits_(random_network("fp32", 19)) {}

  NamedForward forward() {
    return {"greedy", [this](const torch::Tensor& image) {
              const int now = ++inside_;
              for (int most = most_; now > most && !most_.compare_exchange_weak(most, now);) {
              }
              const auto held = torch::zeros({bytes_}, torch::kByte);
              auto logits = logits_.forward(image);
              --inside_;
              return logits;
            }};
  }
  int most() const { return most_; }

 private:
  const std::int64_t bytes_;
  const NamedForward logits_;
  std::atomic<int> inside_ = 0, most_ = 0;
};

TEST(Evaluate, HasNoMoreImagesInFlightThanFitIntoMemory) {
  constexpr std::int64_t kMiB = 1 << 20, kBytes = 64 * kMiB;
  EvaluatorOptions options;
  options.images_in_flight = 4;
  std::string digest;
  // An image takes a little more than its 64 MiB, and a quarter is added.
  for (const auto& [available, expected] :
       {std::pair{std::int64_t{1}, 1}, std::pair{kBytes, 1}, std::pair{200 * kMiB, 2},
        std::pair{270 * kMiB, 3}, std::pair{10000 * kMiB, 4}}) {
    GreedyNetwork network(kBytes);
    options.available_bytes = [bytes = available] { return bytes; };
    const auto result = evaluate(mini_scenes(), {network.forward()}, options);
    EXPECT_EQ(result.images_in_flight, expected) << available;
    EXPECT_LE(network.most(), expected) << available;
    EXPECT_EQ(result.images, 16);
    if (digest.empty()) digest = result.forwards[0].predictions_sha256;
    EXPECT_EQ(result.forwards[0].predictions_sha256, digest) << available;
  }
}

TEST(Evaluate, TheYardsticksMemoryDoesNotCount) {
  GreedyNetwork small(1 << 20), large(256 << 20);
  EvaluatorOptions options;
  options.images_in_flight = 2;
  options.yardstick = large.forward().forward;
  options.yardstick_images = 2;
  options.available_bytes = [] { return std::int64_t{100} << 20; };
  const auto result = evaluate(mini_scenes(), {small.forward()}, options);
  EXPECT_EQ(result.images_in_flight, 2);
  EXPECT_EQ(result.yardstick_images, 2);
  EXPECT_EQ(large.most(), 1);
}

TEST(Evaluate, ReportsEveryImageOnTheCallersThread) {
  EvaluatorOptions options;
  options.images_in_flight = 2;
  std::vector<std::int64_t> done;
  options.progress = [&, caller = std::this_thread::get_id()](const EvaluationProgress& progress) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    EXPECT_EQ(progress.total, 16);
    EXPECT_GT(progress.images_per_second, 0.0);
    done.push_back(progress.done);
  };
  evaluate(mini_scenes(), {random_network("fp32", 19)}, options);
  EXPECT_EQ(done.size(), 16U);
  EXPECT_EQ(done.back(), 16);
}

TEST(Evaluate, IsNaNWithoutAYardstick) {
  const auto result = evaluate(mini_scenes(), {random_network("fp32", 19)}, {});
  EXPECT_TRUE(std::isnan(result.yardstick_rms));
  EXPECT_TRUE(std::isnan(result.forwards[0].logits_rmse));
}

TEST(Evaluate, RefusesNoSceneAndNoNetwork) {
  EXPECT_THROW(evaluate({}, {random_network("fp32", 19)}, {}), Error);
  EXPECT_THROW(evaluate(mini_scenes(), {}, {}), c10::Error);
}

TEST(Evaluate, PassesOnWhatIsWrongWithAScene) {
  auto scenes = mini_scenes();
  scenes[7].label = "fixtures/missing.png";
  for (const std::int64_t in_flight : {1, 2}) {
    EvaluatorOptions options;
    options.images_in_flight = in_flight;
    EXPECT_THROW(evaluate(scenes, {random_network("fp32", 19)}, options), Error);
  }
}

}  // namespace
}  // namespace harness
