// Compares evaluate() with a plain implementation, side by side in one run.
//
// Plain: one image at a time, loaded in line, LibTorch's threads on each; logits resized to the
// input's size and once more to the image's, softmax, argmax: what MMSegmentation does
// (tools/test.py), written with LibTorch. Ours: evaluate(). Both in FP32 on the mini zoo's images.
// Prints images/s of both and their ratio for each row; exits with 1 when a label map differs.

#include <chrono>
#include <cstdio>
#include <vector>

#include "harness/base/sha256.h"
#include "harness/base/statistics/median.h"
#include "harness/data/cityscapes.h"
#include "harness/evaluate/evaluator.h"
#include "harness/evaluate/segment.h"
#include "harness/testing/minizoo_rows.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 7;

struct Pass {
  double images_per_second = 0.0;
  std::string predictions_sha256;
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

Pass plain_pass(const std::vector<ScenePaths>& scenes, models::EncoderDecoder& model) {
  const auto begin = Clock::now();
  Sha256 digest;
  ConfusionMatrix confusion(19);
  for (const auto& paths : scenes) {
    const Scene scene = load_scene(paths, 19);
    FloatImage input = prepare_for_test(scene.image, {128, 256}, /*flip=*/false, {});
    const auto image =
        torch::from_blob(input.planes.data(), {1, 3, input.size.height, input.size.width});
    const auto logits = run_model(model, Policy::kFp32, image);
    const LabelMap map = segment_plainly(logits, input.size, scene.image.size, false);
    confusion.add(map.classes, scene.label.classes);
    Sha256 of_map;
    of_map.update(std::as_bytes(std::span(map.classes)));
    digest.update(of_map.hex_digest());
  }
  return {static_cast<double>(scenes.size()) / seconds_since(begin), digest.hex_digest()};
}

Pass our_pass(const std::vector<ScenePaths>& scenes, models::EncoderDecoder& model) {
  EvaluatorOptions options;
  options.scale = {128, 256};
  options.images_in_flight = recommended_images_in_flight(torch::kCPU);
  options.timed_images = 0;  // fps of single images is another measurement.
  const auto begin = Clock::now();
  const auto result = evaluate(
      scenes,
      {{"fp32",
        [&model](const torch::Tensor& image) { return run_model(model, Policy::kFp32, image); }}},
      options);
  return {static_cast<double>(scenes.size()) / seconds_since(begin),
          result.forwards.at(0).predictions_sha256};
}

/// Whether both ways gave the same label maps.
bool compare(const MinizooRow& row, const std::vector<ScenePaths>& scenes) {
  auto model = row.model(Policy::kFp32);
  std::vector<double> plain_rates;
  std::vector<double> our_rates;
  std::vector<double> ratios;
  bool same = true;
  for (int round = 0; round <= kRounds; ++round) {
    const Pass plain = plain_pass(scenes, model);
    const Pass ours = our_pass(scenes, model);
    same = same && plain.predictions_sha256 == ours.predictions_sha256;
    if (round == 0) continue;  // Warm-up.
    plain_rates.push_back(plain.images_per_second);
    our_rates.push_back(ours.images_per_second);
    ratios.push_back(ours.images_per_second / plain.images_per_second);
  }
  std::printf("%-20s plain %7.1f images/s, ours %7.1f images/s, ratio %.2f, label maps %s\n",
              row.golden.c_str(), median(plain_rates), median(our_rates), median(ratios),
              same ? "identical" : "DIFFER");
  return same;
}

int run() {
  const torch::InferenceMode no_gradients;
  const auto scenes = find_cityscapes("fixtures/minizoo/data/scenes", "val");
  bool same = true;
  for (const auto& row : minizoo_rows()) {
    if (row.golden.ends_with("_fp32")) same = compare(row, scenes) && same;
  }
  return same ? 0 : 1;
}

}  // namespace
}  // namespace harness

int main() {
  return harness::run();
}
