#pragma once

#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

namespace harness {

/// What steps.jsonl (docs/formats.md) says of a training, step by step: (step, value). A value that
/// was not finite is NaN.
struct TrainingSteps {
  std::vector<std::pair<double, double>> loss;
  std::vector<std::pair<double, double>> learning_rate;
  std::vector<std::pair<double, double>> gradient_norm;
};

/// Reads what can be read: nothing where there is no such file, and up to the first line that is
/// none of a step (a training that was killed leaves one that is cut off). For charts; what is
/// judged is the record.
TrainingSteps read_training_steps(const std::filesystem::path& file);

}  // namespace harness
