// Compares training batches with the plain way of making them, side by side in one run.
//
// Plain: in line, each image read and decoded again, each step over the whole image
// (plain_pipeline.h). Ours: TrainingLoader with 0 (in line), 1 and 2 threads, first with nothing
// kept in memory, then with the decoded images kept, as from the second epoch on. On the mini zoo's
// scenes, and on scenes of Cityscapes' size made of them. Prints images/s, their ratio to the plain
// way, and what an image costs of processor time, all threads together; exits with 1 when a batch
// differs.

#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <fmt/format.h>

#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/base/statistics/median.h"
#include "harness/data/training_loader.h"
#include "harness/testing/plain_pipeline.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 3;

struct Pass {
  double images_per_second = 0.0;
  double processor_ms = 0.0;  ///< Per image.
  std::string digest;
};

struct Job {
  std::string name;
  std::vector<ScenePaths> scenes;
  ImageSize size;
  TrainingLoaderOptions options;
  std::uint64_t epochs = 0;  ///< Measured ones, after the first.
};

class Stopwatch {
 public:
  Pass pass(std::size_t images, std::string digest) const {
    const auto count = static_cast<double>(images);
    const std::chrono::duration<double> elapsed = Clock::now() - begin_;
    const auto ticks = static_cast<double>(std::clock() - processor_begin_);
    return {count / elapsed.count(), ticks / CLOCKS_PER_SEC * 1e3 / count, std::move(digest)};
  }

 private:
  Clock::time_point begin_ = Clock::now();
  std::clock_t processor_begin_ = std::clock();
};

// A part of each image is digested: hashing all of it would be a good share of what is measured.
void digest(Sha256& hash, std::span<const float> images, std::size_t count) {
  const auto one = images.size() / count;
  for (std::size_t n = 0; n < count; ++n) {
    hash.update(std::as_bytes(images.subspan(one * n + one / 2, 1024)));
  }
}

Pass plain_pass(const Job& job) {
  const auto& options = job.options;
  const BatchSampler sampler(
      {.items = job.scenes.size(), .batch = options.batch, .seed = options.seed});
  const auto first = sampler.batches_per_epoch();
  const Stopwatch watch;
  Sha256 hash;
  for (auto number = first; number < first * (1 + job.epochs); ++number) {
    std::vector<float> images;
    std::vector<std::int64_t> classes;
    const auto epoch = static_cast<std::uint32_t>(sampler.position_of(number).epoch);
    for (const auto item : sampler.batch(number)) {
      const auto draws = draw_training(options.pipeline, job.size, options.seed, epoch,
                                       static_cast<std::uint32_t>(item));
      const auto sample = plain_training_sample(job.scenes[item], draws, options.pipeline);
      images.insert(images.end(), sample.image.begin(), sample.image.end());
      classes.insert(classes.end(), sample.classes.begin(), sample.classes.end());
    }
    digest(hash, images, options.batch);
  }
  return watch.pass(first * job.epochs * options.batch, hash.hex_digest());
}

Pass loader_pass(const Job& job, std::size_t threads, bool kept) {
  auto options = job.options;
  options.threads = threads;
  if (!kept) options.cache_bytes = 0;
  TrainingLoader loader(job.scenes, options, {kept ? 0U : 1U, 0});
  const auto batches = loader.batches_per_epoch();
  for (std::size_t i = 0; kept && i < batches; ++i) loader.next();
  const Stopwatch watch;
  Sha256 hash;
  for (std::size_t i = 0; i < batches * job.epochs; ++i) {
    digest(hash, loader.next().value().images, options.batch);
  }
  return watch.pass(batches * job.epochs * options.batch, hash.hex_digest());
}

struct Way {
  std::string name;
  std::function<Pass()> pass;
  std::vector<double> rates = {};
  std::vector<double> ratios = {};
  std::vector<double> processor_ms = {};
};

/// Whether all ways gave the same batches.
bool compare(const Job& job) {
  std::vector<Way> ways = {{"plain, in line", [&job] { return plain_pass(job); }}};
  for (const bool kept : {false, true}) {
    for (const std::size_t threads : {0, 1, 2}) {
      ways.push_back({fmt::format("{}, threads {}", kept ? "kept" : "read again", threads),
                      [&job, threads, kept] { return loader_pass(job, threads, kept); }});
    }
  }
  bool same = true;
  for (int round = 0; round < kRounds; ++round) {
    Pass plain;
    for (auto& way : ways) {
      const auto pass = way.pass();
      if (&way == &ways.front()) plain = pass;
      way.rates.push_back(pass.images_per_second);
      way.ratios.push_back(pass.images_per_second / plain.images_per_second);
      way.processor_ms.push_back(pass.processor_ms);
      same = same && pass.digest == plain.digest;
    }
  }
  for (const auto& way : ways) {
    std::printf("%-10s %-20s %7.1f images/s, ratio %5.2f, processor %7.2f ms/image\n",
                job.name.c_str(), way.name.c_str(), median(way.rates), median(way.ratios),
                median(way.processor_ms));
  }
  std::printf("%-10s batches %s\n", job.name.c_str(), same ? "identical" : "DIFFER");
  return same;
}

std::vector<ScenePaths> minizoo() {
  return find_cityscapes("fixtures/minizoo/data/scenes", "train");
}

/// Enlarged scenes with noise like that of photographs: a PNG of a drawing decodes too fast.
std::vector<ScenePaths> large_scenes(const std::filesystem::path& folder, std::size_t count) {
  std::vector<ScenePaths> scenes;
  for (std::size_t i = 0; i < count; ++i) {
    auto paths = minizoo().at(i);
    cv::Mat image = cv::imread(paths.image.string());
    cv::Mat label = cv::imread(paths.label.string(), cv::IMREAD_UNCHANGED);
    cv::resize(image, image, {2048, 1024}, 0, 0, cv::INTER_CUBIC);
    cv::resize(label, label, {2048, 1024}, 0, 0, cv::INTER_NEAREST);
    cv::Mat noise(image.size(), image.type());
    cv::randn(noise, cv::Scalar::all(8), cv::Scalar::all(3));
    image += noise;
    paths.image = folder / fmt::format("{}_image.png", i);
    paths.label = folder / fmt::format("{}_label.png", i);
    cv::imwrite(paths.image.string(), image);
    cv::imwrite(paths.label.string(), label);
    scenes.push_back(paths);
  }
  return scenes;
}

int run() {
  const TemporaryFolder folder;
  const Job small{.name = "mini zoo",
                  .scenes = minizoo(),
                  .size = {128, 256},
                  .options = {.pipeline = {.scale = {128, 256}, .crop = {64, 128}}, .batch = 4},
                  .epochs = 8};
  const Job large{.name = "1024x2048",
                  .scenes = large_scenes(folder.path(), 4),
                  .size = {1024, 2048},
                  .options = {},
                  .epochs = 3};
  const bool small_same = compare(small);
  return compare(large) && small_same ? 0 : 1;
}

}  // namespace
}  // namespace harness

int main() {
  return harness::run();
}
