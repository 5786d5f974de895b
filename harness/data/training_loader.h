#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "harness/data/batch_sampler.h"
#include "harness/data/cityscapes.h"
#include "harness/data/training_transforms.h"

namespace harness {

/// The input of one training step.
struct TrainingBatch {
  std::uint64_t number = 0;         ///< Counted from 0 through all epochs.
  SamplerPosition position;         ///< Its epoch and index.
  std::vector<std::size_t> scenes;  ///< Which images, as indices of the loader's list.
  ImageSize size;
  std::vector<float> images;          ///< {N, 3, height, width}, contiguous.
  std::vector<std::uint8_t> classes;  ///< {N, height, width}, contiguous.
};

struct TrainingLoaderOptions {
  TrainingPipeline pipeline = {};
  std::int64_t num_classes = 19;  ///< As in load_scene().
  std::size_t batch = 2;          ///< Images in a batch of this rank.
  std::uint64_t seed = 0;
  std::size_t rank = 0;
  std::size_t world_size = 1;
  std::size_t threads = 2;  ///< 0: batches are made in next(), by the caller's thread.
  /// Batches being made, or made and not yet taken; at least 1. No more threads than this work.
  std::size_t ahead = 4;
  std::size_t cache_bytes = std::size_t{512} << 20U;  ///< Limit of decoded images; 0 keeps none.
};

/// The endless batches of a training, prepared in threads ahead of the consumer.
///
/// A batch depends only on the scenes, the pipeline, the batch's size and number, the seed, the
/// rank and the world's size: not on threads, ahead, cache_bytes or where the loader started.
/// Memory: `ahead` batches, the kept images, and in each thread one image and its resized form.
class TrainingLoader {
 public:
  /// Starts at `start`. Throws as check(TrainingPipeline) and BatchSampler.
  TrainingLoader(std::vector<ScenePaths> scenes, const TrainingLoaderOptions& options,
                 const SamplerPosition& start = {});
  ~TrainingLoader();  ///< Cancels, and waits for the images that are being prepared.
  TrainingLoader(const TrainingLoader&) = delete;
  TrainingLoader& operator=(const TrainingLoader&) = delete;

  /// Waits for the next batch; empty once the loader is cancelled. From one thread at a time.
  ///
  /// Throws Error with the subject of the image's or the label map's path when one of the batch's
  /// images cannot be read or prepared; the loader is cancelled then.
  std::optional<TrainingBatch> next();

  /// Stops preparing batches, and ends a next() that waits. From any thread, any number of times.
  void cancel() noexcept;

  /// The position of the batch that next() returns next: what has to be saved to resume from here.
  SamplerPosition position() const noexcept;

  std::size_t batches_per_epoch() const noexcept;

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

}  // namespace harness
