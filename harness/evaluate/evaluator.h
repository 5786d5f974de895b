#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "harness/data/cityscapes.h"
#include "harness/data/transforms.h"
#include "harness/evaluate/confusion_matrix.h"
#include "harness/evaluate/evaluation_journal.h"

namespace harness {

/// A network in one arithmetic, in evaluation mode, without its last resize.
struct NamedForward {
  std::string name;  ///< "fp32", "fp16-master", ...
  /// image: {1, 3, h, w} float32 on the evaluator's device. Returns logits {1, classes, h', w'} in
  /// any floating dtype. Called without gradients; from several threads at a time when
  /// EvaluatorOptions::images_in_flight is above 1.
  std::function<torch::Tensor(const torch::Tensor& image)> forward;
};

enum class Protocol {
  kWholeImage,      ///< One pass over the whole image, batch 1.
  kMultiScaleFlip,  ///< Every ratio, each also mirrored; the mean of the probabilities decides.
};

struct EvaluationProgress {
  std::int64_t done = 0;
  std::int64_t total = 0;
  double images_per_second = 0.0;  ///< Since the first image, over all forwards together.
};

struct EvaluatorOptions {
  std::int64_t num_classes = 19;
  bool align_corners = false;  ///< For the last resize: the decode head's.
  ImageSize scale;             ///< Test scale; {0, 0}: each image's own size.
  Normalization normalization;
  Protocol protocol = Protocol::kWholeImage;
  std::vector<double> ratios = {0.5, 0.75, 1.0, 1.25, 1.5, 1.75};  ///< kMultiScaleFlip.
  torch::Device device = torch::kCPU;
  bool fused_segmentation = false;  ///< On a GPU: by fused_segmentation.h (kWholeImage only).
  std::size_t loader_threads = 2;
  std::size_t images_ahead = 4;
  /// Images evaluated at a time. 1: one after the other, LibTorch's threads share each; every image
  /// is timed. More (CPU only): as many threads with one LibTorch thread each; time is then
  /// measured separately, over `timed_images`. See recommended_images_in_flight(). Fewer where
  /// memory is short: the first images are computed one after the other, and the memory that one of
  /// them took says how many fit into `available_bytes`; one always does, and where no more do all
  /// threads share it as with 1. (This resets the peak of a MemoryMeter.)
  std::int64_t images_in_flight = 1;
  std::function<std::int64_t()> available_bytes;  ///< Empty: available_memory_bytes().
  std::int64_t timed_images = 25;  ///< Warm-up included; only where images_in_flight is above 1.
  /// The same network in FP64, and how many images its logits are compared on (kWholeImage only).
  std::function<torch::Tensor(const torch::Tensor& image)> yardstick;
  std::int64_t yardstick_images = 0;
  std::function<void(const EvaluationProgress&)> progress;  ///< Called on the caller's thread.
  /// Where each scene is kept as soon as it is done; those that it holds are not evaluated again.
  /// Null: nothing is kept.
  EvaluationJournal* journal = nullptr;
};

/// Pixels of one image, per class.
struct ImageCounts {
  std::vector<std::int64_t> intersect;
  std::vector<std::int64_t> unite;
};

/// The results of one forward over all images.
struct ForwardResult {
  std::string name;
  ConfusionMatrix confusion;
  std::vector<ImageCounts> per_image = {};  ///< In the order of the scenes.
  std::string predictions_sha256 = {};      ///< Over the label maps' own digests in that order.
  std::int64_t logits_elements = 0;         ///< Before any resize.
  std::int64_t logits_non_finite = 0;
  std::int64_t changed_pixels = 0;   ///< Counted pixels of another class than the first forward's.
  double logits_rmse = 0.0;          ///< Distance from the yardstick; NaN without one.
  std::vector<double> seconds = {};  ///< Per timed image: copy to the device, network, classes.
  std::int64_t warmup = 0;           ///< Timed images before those of `seconds`, discarded.
};

struct EvaluationResult {
  std::vector<ForwardResult> forwards;  ///< In the order given. The first is the others' reference.
  std::int64_t images = 0;
  std::int64_t images_in_flight = 1;  ///< At most, as memory allowed.
  std::int64_t yardstick_images = 0;
  double yardstick_rms = 0.0;       ///< Root mean square of the FP64 logits; NaN without them.
  double elapsed_s = 0.0;           ///< Time of the main pass, loading included.
  bool fused_segmentation = false;  ///< As asked for.
};

/// Evaluates networks side by side: every image is loaded once, and each forward sees it.
///
/// Protocol and counting: mmseg 0.17.0 (mmseg/apis/test.py, mmseg/datasets/custom.py). Time: as in
/// tools/benchmark.py, network and classes without loading, without five images of warm-up where
/// there are more than ten, with the device synchronised.
/// Throws Error(kInvalidData) and Error(kIo) as load_scene() does, Error(kInvalidData) for no
/// scene, c10::Error for logits of another shape than {1, num_classes, h, w}.
EvaluationResult evaluate(const std::vector<ScenePaths>& scenes,
                          const std::vector<NamedForward>& forwards,
                          const EvaluatorOptions& options);

/// The fastest setting that was measured with enough memory: as many as LibTorch has threads on a
/// CPU, else 1.
std::int64_t recommended_images_in_flight(const torch::Device& device);

}  // namespace harness
