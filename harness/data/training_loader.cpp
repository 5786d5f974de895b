#include "harness/data/training_loader.h"

#include <atomic>
#include <exception>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/data/prefetcher.h"
#include "harness/data/scene_cache.h"

namespace harness {
namespace {

// Adds the image's path to an error that does not name it.
[[noreturn]] void rethrow_about(const ScenePaths& paths) {
  try {
    throw;
  } catch (const Error& error) {
    if (error.subject() == paths.image.string() || error.subject() == paths.label.string()) throw;
    throw Error(error.code(), paths.image.string(),
                fmt::format("{}: {}", error.subject(), error.detail()));
  } catch (const std::exception& error) {
    throw Error(
        ErrorCode::kInvalidData, paths.image.string(),
        fmt::format("expected an image that can be prepared for training, got: {}", error.what()));
  }
}

}  // namespace

class TrainingLoader::Work {
 public:
  Work(std::vector<ScenePaths> scenes, const TrainingLoaderOptions& options,
       const SamplerPosition& start)
      : sampler_({.items = scenes.size(),
                  .batch = options.batch,
                  .seed = options.seed,
                  .rank = options.rank,
                  .world_size = options.world_size}),
        options_(options),
        scenes_(std::move(scenes), options.num_classes, options.cache_bytes),
        next_(sampler_.number_of(start)) {
    check(options_.pipeline);
    if (options_.threads == 0) return;
    const auto first = next_.load();
    ahead_.emplace(
        std::numeric_limits<std::size_t>::max(),
        [this, first](std::size_t index) { return make(first + index); },
        PrefetcherOptions{.threads = options_.threads, .ahead = options_.ahead});
  }

  ~Work() { cancel(); }

  std::optional<TrainingBatch> next() {
    if (cancelled_) return std::nullopt;
    try {
      auto batch = ahead_ ? ahead_->next() : make(next_);
      if (!batch || cancelled_) return std::nullopt;
      ++next_;
      return batch;
    } catch (...) {
      const bool was_cancelled = cancelled_;
      cancel();
      if (was_cancelled) return std::nullopt;
      throw;
    }
  }

  void cancel() noexcept {
    cancelled_ = true;
    if (ahead_) ahead_->cancel();
  }

  const BatchSampler& sampler() const noexcept { return sampler_; }
  SamplerPosition position() const noexcept { return sampler_.position_of(next_); }

 private:
  // If the loader is cancelled meanwhile, the rest of the batch is never used.
  TrainingBatch make(std::uint64_t number) {
    TrainingBatch batch{.number = number,
                        .position = sampler_.position_of(number),
                        .scenes = sampler_.batch(number),
                        .size = options_.pipeline.crop,
                        .images = {},
                        .classes = {}};
    const auto pixels = batch.size.pixels();
    batch.images.resize(batch.scenes.size() * 3 * pixels);
    batch.classes.resize(batch.scenes.size() * pixels);
    for (std::size_t n = 0; n < batch.scenes.size() && !cancelled_; ++n) {
      prepare(batch.scenes[n], batch.position.epoch,
              {std::span(batch.images).subspan(n * 3 * pixels, 3 * pixels),
               std::span(batch.classes).subspan(n * pixels, pixels)});
    }
    return batch;
  }

  void prepare(std::size_t index, std::uint64_t epoch, const SampleTarget& target) {
    try {
      const auto scene = scenes_.get(index);
      const auto draws =
          draw_training(options_.pipeline, scene->image.size, options_.seed,
                        static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(index));
      prepare_for_training(scene->image, scene->label, draws, options_.pipeline, target);
    } catch (...) {
      rethrow_about(scenes_.paths(index));
    }
  }

  const BatchSampler sampler_;
  const TrainingLoaderOptions options_;
  SceneCache scenes_;
  std::atomic<std::uint64_t> next_;
  std::atomic<bool> cancelled_ = false;
  std::optional<Prefetcher<TrainingBatch>> ahead_;  // Last: its threads use all of the above.
};

TrainingLoader::TrainingLoader(std::vector<ScenePaths> scenes, const TrainingLoaderOptions& options,
                               const SamplerPosition& start)
    : work_(std::make_unique<Work>(std::move(scenes), options, start)) {}

TrainingLoader::~TrainingLoader() = default;

std::optional<TrainingBatch> TrainingLoader::next() {
  return work_->next();
}

void TrainingLoader::cancel() noexcept {
  work_->cancel();
}

SamplerPosition TrainingLoader::position() const noexcept {
  return work_->position();
}

std::size_t TrainingLoader::batches_per_epoch() const noexcept {
  return work_->sampler().batches_per_epoch();
}

}  // namespace harness
