#include "harness/report/html/training_steps.h"

#include <fstream>
#include <optional>
#include <string>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/record/fields.h"

namespace harness {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 24U;  // With the digests of all tensors.

std::optional<Json> step_of(const std::string& line) {
  if (line.size() > kLongestLine) return std::nullopt;
  try {
    Json step = parse_json(line, "steps.jsonl");
    if (step.is_object() && step.contains("step") && step["step"].is_number()) return step;
  } catch (const Error&) {
    return std::nullopt;
  }
  return std::nullopt;
}

double value_of(const Json& step, const char* key) {
  const auto found = step.find(key);
  return found != step.end() && found->is_number() ? found->get<double>() : kNotMeasured;
}

}  // namespace

TrainingSteps read_training_steps(const std::filesystem::path& file) {
  TrainingSteps steps;
  std::ifstream stream(file);
  std::string line;
  while (std::getline(stream, line)) {
    const auto step = step_of(line);
    if (!step) break;
    const double number = value_of(*step, "step");
    steps.loss.emplace_back(number, value_of(*step, "loss"));
    steps.learning_rate.emplace_back(number, value_of(*step, "lr"));
    steps.gradient_norm.emplace_back(number, value_of(*step, "grad_norm"));
  }
  return steps;
}

}  // namespace harness
