#include "harness/evaluate/evaluator.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include <torch/utils.h>

#include "harness/base/error.h"
#include "harness/base/sha256.h"
#include "harness/base/system/available_memory.h"
#include "harness/data/prefetcher.h"
#include "harness/evaluate/intra_op_threads.h"
#include "harness/evaluate/memory_meter.h"
#include "harness/evaluate/scene_evaluator.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kWarmup = 5;
constexpr std::size_t kFewImages = 10;
/// Memory of an image by that of its tensors: oneDNN's scratch pads and reordered weights are not
/// counted. Measured for the zoo's FCN and DeepLabV3+ at 1024x2048: 1.05 to 1.09.
constexpr double kUncounted = 1.25;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double root_mean(double squares, std::int64_t elements) {
  return elements == 0 ? std::numeric_limits<double>::quiet_NaN()
                       : std::sqrt(squares / static_cast<double>(elements));
}

std::string digest_of(const LabelMap& map) {
  Sha256 digest;
  digest.update(std::as_bytes(std::span(map.classes)));
  return digest.hex_digest();
}

/// is_timed: no other image shared the machine, and the network had been run before.
SceneTally tally_of(const SceneResult& scene, bool is_timed) {
  SceneTally tally;
  for (const auto& one : scene.forwards) {
    tally.forwards.push_back({one.confusion, digest_of(one.prediction), one.logits_elements,
                              one.logits_non_finite, one.changed_pixels, one.squared_distance,
                              is_timed ? one.seconds : std::numeric_limits<double>::quiet_NaN()});
  }
  tally.yardstick_elements = scene.yardstick_elements;
  tally.yardstick_squares = scene.yardstick_squares;
  return tally;
}

class Evaluation {
 public:
  Evaluation(const std::vector<ScenePaths>& scenes, const std::vector<NamedForward>& forwards,
             const EvaluatorOptions& options)
      : scenes_(scenes),
        forwards_(forwards),
        options_(options),
        in_flight_(asked_in_flight(options)),
        work_(forwards, options) {
    for (const auto& forward : forwards) {
      result_.forwards.push_back({forward.name, ConfusionMatrix(options.num_classes)});
      squared_distances_.push_back(0.0);
    }
    digests_.resize(forwards.size());
  }

  EvaluationResult run() {
    start_ = Clock::now();
    if (options_.journal != nullptr) resume();
    if (one_thread_each_) run_alone();
    if (in_flight_ > 1) {
      several_at_a_time();
    } else {
      one_after_the_other();
    }
    result_.elapsed_s = seconds_since(start_);
    result_.images_in_flight = static_cast<std::int64_t>(in_flight_);
    if (one_thread_each_) time_apart();
    finish();
    return std::move(result_);
  }

 private:
  static std::size_t asked_in_flight(const EvaluatorOptions& options) {
    if (!options.device.is_cpu()) return 1;
    return static_cast<std::size_t>(std::max<std::int64_t>(options.images_in_flight, 1));
  }

  /// LibTorch's threads that compute an image. They decide in which order sums are added up, so
  /// that they are the same for every image of an evaluation, however often it was cut off and
  /// however much memory is free when it goes on.
  int threads() const { return one_thread_each_ ? 1 : all_threads_; }

  void resume() {
    const auto& scenes = options_.journal->done();
    for (const SceneTally& scene : scenes) add(scene);
    if (scenes.empty() || scenes.front().threads == 1) return;
    one_thread_each_ = false;
    in_flight_ = 1;
  }

  /// Scenes that are done.
  std::size_t done() const { return static_cast<std::size_t>(result_.images); }

  /// Evaluates the next images one after the other and lowers in_flight_ to as many as fit into
  /// memory by what the last of them took: one without a yardstick, whose FP64 takes twice as much
  /// and is done then. Where only one fits, all threads compute it; what was done here is done
  /// again by them, unless that would be another arithmetic than the journal's.
  void run_alone() {
    const std::int64_t available =
        options_.available_bytes ? options_.available_bytes() : available_memory_bytes();
    const IntraOpThreads one(1);
    std::vector<SceneTally> alone;
    std::int64_t taken = 0;
    for (bool is_last = false; done() + alone.size() < scenes_.size() && !is_last;) {
      const std::size_t next = done() + alone.size();
      is_last = !wants_yardstick(next);
      const MemoryMeter meter(options_.device);
      const std::int64_t before = meter.current_bytes();
      alone.push_back(tally_of(work_.evaluate(work_.load(scenes_[next]), wants_yardstick(next)),
                               /*is_timed=*/false));
      taken = meter.peak_bytes() - before;
    }
    const double each = kUncounted * static_cast<double>(std::max<std::int64_t>(taken, 1));
    const double fitting = std::floor(static_cast<double>(available) / each);
    in_flight_ =
        static_cast<std::size_t>(std::clamp(fitting, 1.0, static_cast<double>(in_flight_)));
    one_thread_each_ = in_flight_ > 1 || done() > 0;
    if (!one_thread_each_) return;
    for (auto& scene : alone) take(std::move(scene));
  }

  PrefetcherOptions loading() const {
    return {.threads = options_.loader_threads, .ahead = options_.images_ahead};
  }

  bool wants_yardstick(std::size_t index) const {
    return options_.yardstick && options_.protocol == Protocol::kWholeImage &&
           static_cast<std::int64_t>(index) < options_.yardstick_images;
  }

  void one_after_the_other() {
    const IntraOpThreads of_an_image(threads());
    const std::size_t first = done();
    Prefetcher<LoadedScene> loaded(
        scenes_.size() - first,
        [this, first](std::size_t i) { return work_.load(scenes_[first + i]); }, loading());
    for (std::size_t i = first; i < scenes_.size(); ++i) {
      const auto scene = loaded.next().value();
      const bool is_warm = first == 0 || i >= first + kWarmup;
      take(tally_of(work_.evaluate(scene, wants_yardstick(i)), is_warm && !one_thread_each_));
    }
  }

  void several_at_a_time() {
    const std::size_t first = done();
    const IntraOpThreads restored_at_the_end(all_threads_);
    Prefetcher<SceneTally> results(
        scenes_.size() - first,
        [this, first](std::size_t i) {
          return tally_of(
              work_.evaluate(work_.load(scenes_[first + i]), wants_yardstick(first + i)),
              /*is_timed=*/false);
        },
        {.threads = in_flight_, .ahead = 2 * in_flight_, .on_thread_start = [] {
           at::set_num_threads(1);
         }});
    while (const auto result = results.next()) take(*result);
  }

  // The published fps is measured on one image at a time with the machine to itself.
  void time_apart() {
    const auto count = std::min(
        scenes_.size(), static_cast<std::size_t>(std::max<std::int64_t>(options_.timed_images, 1)));
    Prefetcher<LoadedScene> loaded(
        count, [this](std::size_t i) { return work_.load(scenes_[i]); }, loading());
    for (auto& forward : result_.forwards) forward.seconds.clear();
    while (const auto scene = loaded.next()) {
      for (std::size_t f = 0; f < forwards_.size(); ++f) {
        result_.forwards[f].seconds.push_back(work_.seconds_of(forwards_[f], *scene));
      }
    }
  }

  void take(SceneTally scene) {
    scene.threads = threads();
    if (options_.journal != nullptr) options_.journal->add(scene);
    add(scene);
    report();
  }

  void add(const SceneTally& scene) {
    for (std::size_t f = 0; f < forwards_.size(); ++f) {
      auto& total = result_.forwards[f];
      const auto& one = scene.forwards[f];
      total.confusion.merge(one.confusion);
      total.per_image.push_back({one.confusion.intersect(), one.confusion.unite()});
      total.logits_elements += one.logits_elements;
      total.logits_non_finite += one.logits_non_finite;
      total.changed_pixels += one.changed_pixels;
      if (!std::isnan(one.seconds)) total.seconds.push_back(one.seconds);
      squared_distances_[f] += one.squared_distance;
      digests_[f].update(one.prediction_sha256);
    }
    yardstick_squares_ += scene.yardstick_squares;
    yardstick_elements_ += scene.yardstick_elements;
    result_.yardstick_images += scene.yardstick_elements > 0;
    ++result_.images;
  }

  void report() const {
    if (!options_.progress) return;
    options_.progress({result_.images, static_cast<std::int64_t>(scenes_.size()),
                       static_cast<double>(result_.images) / seconds_since(start_)});
  }

  void finish() {
    result_.yardstick_rms = root_mean(yardstick_squares_, yardstick_elements_);
    result_.fused_segmentation = options_.fused_segmentation;
    for (std::size_t f = 0; f < forwards_.size(); ++f) {
      auto& forward = result_.forwards[f];
      forward.predictions_sha256 = digests_[f].hex_digest();
      forward.logits_rmse = root_mean(squared_distances_[f], yardstick_elements_);
      if (forward.seconds.size() > kFewImages) {
        forward.seconds.erase(forward.seconds.begin(), forward.seconds.begin() + kWarmup);
        forward.warmup = kWarmup;
      }
    }
  }

  const std::vector<ScenePaths>& scenes_;
  const std::vector<NamedForward>& forwards_;
  const EvaluatorOptions& options_;
  std::size_t in_flight_;
  const int all_threads_ = at::get_num_threads();
  bool one_thread_each_ = in_flight_ > 1;
  SceneEvaluator work_;
  EvaluationResult result_;
  std::vector<Sha256> digests_;
  std::vector<double> squared_distances_;
  double yardstick_squares_ = 0.0;
  std::int64_t yardstick_elements_ = 0;
  Clock::time_point start_;
};

}  // namespace

EvaluationResult evaluate(const std::vector<ScenePaths>& scenes,
                          const std::vector<NamedForward>& forwards,
                          const EvaluatorOptions& options) {
  if (scenes.empty()) {
    throw Error(ErrorCode::kInvalidData, "evaluate", "expected at least one scene, got none");
  }
  TORCH_CHECK(!forwards.empty(), "evaluate wants at least one network");
  return Evaluation(scenes, forwards, options).run();
}

std::int64_t recommended_images_in_flight(const torch::Device& device) {
  return device.is_cpu() ? at::get_num_threads() : 1;
}

}  // namespace harness
