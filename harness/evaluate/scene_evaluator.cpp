#include "harness/evaluate/scene_evaluator.h"

#include <chrono>

#include <torch/cuda.h>
#include <torch/utils.h>

#include "harness/evaluate/counted_classes.h"
#include "harness/evaluate/intra_op_threads.h"
#include "harness/evaluate/segment.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;

std::int64_t changed(const LabelMap& prediction, const LabelMap& reference, const LabelMap& label) {
  std::int64_t count = 0;
  for (std::size_t pixel = 0; pixel < label.classes.size(); ++pixel) {
    count += label.classes[pixel] != kIgnoredClass &&
             prediction.classes[pixel] != reference.classes[pixel];
  }
  return count;
}

}  // namespace

SceneEvaluator::SceneEvaluator(const std::vector<NamedForward>& forwards,
                               const EvaluatorOptions& options)
    : forwards_(forwards),
      options_(options),
      yardstick_threads_(at::get_num_threads()),
      segmenter_(options.align_corners, options.fused_segmentation) {}

LoadedScene SceneEvaluator::load(const ScenePaths& paths) const {
  LoadedScene loaded{load_scene(paths, options_.num_classes), {}};
  const auto& image = loaded.scene.image;
  if (options_.protocol == Protocol::kWholeImage) {
    loaded.inputs.push_back(
        prepare_for_test(image, options_.scale, /*flip=*/false, options_.normalization));
    return loaded;
  }
  const auto base = options_.scale == ImageSize{} ? image.size : options_.scale;
  for (const double ratio : options_.ratios) {
    loaded.inputs.push_back(
        prepare_for_test(image, scaled_by(base, ratio), /*flip=*/false, options_.normalization));
  }
  return loaded;
}

SceneResult SceneEvaluator::evaluate(const LoadedScene& loaded, bool with_yardstick) const {
  const c10::InferenceMode no_gradients;
  SceneResult result;
  std::vector<torch::Tensor> first_logits;
  torch::Tensor reference;
  for (const auto& forward : forwards_) {
    auto outcome = run(forward, loaded);
    count(outcome, loaded, reference, result);
    auto& one = result.forwards.back();
    for (const auto& logits : outcome.logits) {
      one.logits_elements += logits.numel();
      one.logits_non_finite += count_non_finite(logits);
    }
    one.seconds = outcome.seconds;
    one.prediction = std::move(outcome.prediction);
    if (!reference.defined()) reference = outcome.classes;
    first_logits.push_back(outcome.logits.front());
  }
  if (with_yardstick) compare_with_yardstick(loaded, first_logits, result);
  return result;
}

/// Adds the next forward's counts, on a GPU where the classes are: `reference` holds those of the
/// first forward there.
void SceneEvaluator::count(const Outcome& outcome, const LoadedScene& loaded,
                           const torch::Tensor& reference, SceneResult& result) const {
  const auto& label = loaded.scene.label;
  SceneResult::OfForward one;
  if (outcome.classes.defined()) {
    auto counted = count_classes(outcome.classes, on_device(label, options_.device), reference,
                                 options_.num_classes);
    one.confusion = std::move(counted.confusion);
    one.changed_pixels = counted.changed;
  } else {
    one.confusion = ConfusionMatrix(options_.num_classes);
    one.confusion.add(outcome.prediction.classes, label.classes, kIgnoredClass);
    if (!result.forwards.empty()) {
      one.changed_pixels = changed(outcome.prediction, result.forwards.front().prediction, label);
    }
  }
  result.forwards.push_back(std::move(one));
}

double SceneEvaluator::seconds_of(const NamedForward& forward, const LoadedScene& loaded) const {
  const c10::InferenceMode no_gradients;
  return run(forward, loaded).seconds;
}

SceneEvaluator::Outcome SceneEvaluator::run(const NamedForward& forward,
                                            const LoadedScene& loaded) const {
  Outcome outcome;
  synchronize();
  const auto start = Clock::now();
  segment(forward, loaded, outcome);
  synchronize();
  outcome.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return outcome;
}

void SceneEvaluator::segment(const NamedForward& forward, const LoadedScene& loaded,
                             Outcome& outcome) const {
  if (options_.protocol == Protocol::kMultiScaleFlip) {
    outcome.classes = class_indices(mean_probabilities(forward, loaded, outcome.logits));
  } else {
    const auto& input = loaded.inputs.front();
    const auto& original = loaded.scene.image.size;
    outcome.logits.push_back(logits_of(forward, to_device(input)));
    const auto& logits = outcome.logits.front();
    if (logits.is_cpu()) {
      outcome.prediction = segmenter_.segment(logits, input.size, original);
      return;
    }
    outcome.classes = segmenter_.classes_on_gpu(logits, input.size, original);
  }
  outcome.prediction = to_label_map(outcome.classes);
  if (outcome.classes.is_cpu()) outcome.classes.reset();
}

torch::Tensor SceneEvaluator::logits_of(const NamedForward& forward,
                                        const torch::Tensor& image) const {
  auto logits = forward.forward(image);
  TORCH_CHECK(logits.dim() == 4 && logits.size(0) == 1 && logits.size(1) == options_.num_classes,
              forward.name, ": expected logits {1, ", options_.num_classes, ", h, w}, got ",
              logits.sizes());
  return logits;
}

// The source adds the passes one by one in the probabilities' dtype and divides at the end; another
// order has other last bits.
torch::Tensor SceneEvaluator::mean_probabilities(const NamedForward& forward,
                                                 const LoadedScene& loaded,
                                                 std::vector<torch::Tensor>& logits) const {
  constexpr std::int64_t kColumns = 3;
  const auto& original = loaded.scene.image.size;
  torch::Tensor sum;
  for (const auto& input : loaded.inputs) {
    const auto image = to_device(input);
    for (const bool flip : {false, true}) {
      logits.push_back(logits_of(forward, flip ? image.flip(kColumns) : image));
      auto pass = class_probabilities(logits.back(), input.size, original, options_.align_corners);
      if (flip) pass = pass.flip(kColumns);
      sum = sum.defined() ? sum.add_(pass) : pass;
    }
  }
  return sum.div_(static_cast<double>(2 * loaded.inputs.size()));
}

void SceneEvaluator::compare_with_yardstick(const LoadedScene& loaded,
                                            const std::vector<torch::Tensor>& logits,
                                            SceneResult& result) const {
  const IntraOpThreads all(yardstick_threads_);
  const NamedForward yardstick{"yardstick", options_.yardstick};
  const auto truth = logits_of(yardstick, to_device(loaded.inputs.front())).to(torch::kDouble);
  result.yardstick_elements = truth.numel();
  result.yardstick_squares = truth.square().sum().item<double>();
  for (std::size_t i = 0; i < logits.size(); ++i) {
    TORCH_CHECK(logits[i].sizes() == truth.sizes(), "expected logits ", truth.sizes(), ", got ",
                logits[i].sizes());
    result.forwards[i].squared_distance =
        (logits[i].to(torch::kDouble) - truth).square().sum().item<double>();
  }
}

torch::Tensor SceneEvaluator::to_device(const FloatImage& input) const {
  const auto view = torch::from_blob(const_cast<float*>(input.planes.data()),
                                     {1, 3, input.size.height, input.size.width}, torch::kFloat);
  return options_.device.is_cpu() ? view : view.to(options_.device);
}

void SceneEvaluator::synchronize() const {
  if (options_.device.is_cuda()) torch::cuda::synchronize(options_.device.index());
}

}  // namespace harness
