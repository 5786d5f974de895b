#pragma once

#include <cstdint>
#include <vector>

#include <torch/types.h>

#include "harness/data/cityscapes.h"
#include "harness/evaluate/evaluator.h"
#include "harness/evaluate/segmenter.h"

namespace harness {

/// A scene ready for the networks: one input for each scale of the protocol, not yet mirrored.
struct LoadedScene {
  Scene scene;
  std::vector<FloatImage> inputs;
};

/// The results of the forwards for one scene.
struct SceneResult {
  struct OfForward {
    LabelMap prediction;
    ConfusionMatrix confusion{1};
    std::int64_t logits_elements = 0;
    std::int64_t logits_non_finite = 0;
    std::int64_t changed_pixels = 0;
    double squared_distance = 0.0;  ///< Sum over the logits' distances from the yardstick's.
    double seconds = 0.0;
  };
  std::vector<OfForward> forwards;
  std::int64_t yardstick_elements = 0;
  double yardstick_squares = 0.0;
};

/// The part of an evaluation that concerns one scene. Const calls are safe from several threads
/// where the forwards are.
class SceneEvaluator {
 public:
  /// Both are kept by reference.
  SceneEvaluator(const std::vector<NamedForward>& forwards, const EvaluatorOptions& options);

  /// Reads, scales and normalises. Throws as load_scene().
  LoadedScene load(const ScenePaths& paths) const;

  /// Runs every forward. with_yardstick: also the FP64 one.
  SceneResult evaluate(const LoadedScene& loaded, bool with_yardstick) const;

  /// Runs one forward only to time it: copy to the device, network, classes.
  double seconds_of(const NamedForward& forward, const LoadedScene& loaded) const;

 private:
  struct Outcome {
    LabelMap prediction;
    torch::Tensor classes;              // The same on a GPU; undefined on a CPU.
    std::vector<torch::Tensor> logits;  // Per pass of the network.
    double seconds = 0.0;
  };
  Outcome run(const NamedForward& forward, const LoadedScene& loaded) const;
  void segment(const NamedForward& forward, const LoadedScene& loaded, Outcome& outcome) const;
  void count(const Outcome& outcome, const LoadedScene& loaded, const torch::Tensor& reference,
             SceneResult& result) const;
  torch::Tensor logits_of(const NamedForward& forward, const torch::Tensor& image) const;
  torch::Tensor mean_probabilities(const NamedForward& forward, const LoadedScene& loaded,
                                   std::vector<torch::Tensor>& logits) const;
  void compare_with_yardstick(const LoadedScene& loaded, const std::vector<torch::Tensor>& logits,
                              SceneResult& result) const;
  torch::Tensor to_device(const FloatImage& input) const;
  void synchronize() const;

  const std::vector<NamedForward>& forwards_;
  const EvaluatorOptions& options_;
  int yardstick_threads_;  ///< Those of the thread that made this: FP64 takes its time.
  Segmenter segmenter_;
};

}  // namespace harness
