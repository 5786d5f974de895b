#include "harness/judge/rules/retrained/expected_training.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "harness/arithmetic/policy.h"
#include "harness/base/measurement.h"
#include "harness/judge/rules/file/config_facts.h"
#include "harness/judge/rules/file/examined_files.h"
#include "harness/judge/rules/retrained/trainings.h"

namespace harness {
namespace {

double number_or(const Json& object, const char* key, double otherwise) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : otherwise;
}

void read_config(const Json& config, ExpectedTraining& expected) {
  expected.lr = learning_rate(config).value_or(expected.lr);
  if (const auto iterations = scheduled_iterations(config)) {
    expected.iterations = *iterations;
    expected.states_iterations = true;
  }
  if (!config.is_object()) return;
  const auto schedule = config.find("lr_config");
  if (schedule == config.end() || !schedule->is_object()) return;
  expected.power = number_or(*schedule, "power", 1.0);
  expected.min_lr = number_or(*schedule, "min_lr", 0.0);
}

void read_recipe(const Row& row, ExpectedTraining& expected) {
  if (const Json lr = recipe_value(row, "lr"); lr.is_number()) expected.lr = lr.get<double>();
  const Json iterations = recipe_value(row, "iterations");
  if (!iterations.is_number_integer()) return;
  expected.iterations = iterations.get<std::int64_t>();
  expected.states_iterations = true;
}

void count_model(const std::vector<TensorRecord>& state_dict, ExpectedTraining& expected) {
  const TensorRoles roles(state_dict);
  for (const auto& tensor : state_dict) {
    const TensorRole role = roles.of(tensor.name);
    if (role == TensorRole::kCounter) ++expected.norms;
    const bool is_trained = role == TensorRole::kConvolution || role == TensorRole::kOtherWeight ||
                            role == TensorRole::kNormParameter;
    if (role == TensorRole::kNormStatistics) expected.statistics.insert(tensor.name);
    if (!is_trained) continue;
    expected.trained.insert(tensor.name);
    std::int64_t elements = 1;
    for (const auto size : tensor.shape) elements *= std::max<std::int64_t>(size, 0);
    expected.parameters += elements;
    if (role == TensorRole::kConvolution && tensor.shape.size() > 2) ++expected.convolutions;
  }
}

double loss_weight(const Json& config, const std::string& head) {
  const Json* weight = find_at(config, {"model", head.c_str(), "loss_decode", "loss_weight"});
  return weight != nullptr && weight->is_number() ? std::abs(weight->get<double>()) : 1.0;
}

void read_chance(const std::vector<TensorRecord>& state_dict, const Json& config,
                 ExpectedTraining& expected) {
  for (const std::string head : {"decode_head", "auxiliary_head"}) {
    const Json* weights = find_at(config, {"model", head.c_str(), "loss_decode", "class_weight"});
    if (weights != nullptr && !weights->is_null()) {
      expected.chance_loss = 0.0;
      return;
    }
    for (const auto& tensor : state_dict) {
      if (tensor.name != head + ".conv_seg.weight" || tensor.shape.empty()) continue;
      const auto classes = static_cast<double>(std::max<std::int64_t>(tensor.shape.front(), 1));
      expected.chance_loss += loss_weight(config, head) * std::log(classes);
    }
  }
}

void read_arithmetic(const std::string& precision, const Row& row, ExpectedTraining& expected) {
  const Policy policy = policy_of_precision(precision);
  const bool is_own = row.arithmetic && row.arithmetic->policy == policy;
  expected.scaler = is_own ? row.arithmetic->scaler_or_default() : default_scaler(policy);
  const bool is_blind = is_own && row.arithmetic->quirks.no_overflow_check &&
                        expected.scaler.type == ScalerType::kStatic;
  expected.skips_overflows = expected.scaler.type != ScalerType::kNone && !is_blind;
}

}  // namespace

double ExpectedTraining::lr_at(std::int64_t step) const {
  if (step >= iterations) return min_lr;
  const double left = 1.0 - static_cast<double>(step) / static_cast<double>(iterations);
  return min_lr + (lr - min_lr) * std::pow(left, power);
}

bool ExpectedTraining::can_begin_with(double loss) const {
  constexpr double kMostOfChance = 4.0;
  return !(chance_loss > 0.0) || !(loss > kMostOfChance * chance_loss);
}

ExpectedTraining expected_training(const ClaimContext& context, const std::string& precision) {
  ExpectedTraining expected;
  read_arithmetic(precision, context.row, expected);
  const ExaminedFiles files = find_files(context);
  if (const auto& checkpoint = files.record.checkpoint) {
    read_config(checkpoint->config, expected);
    if (checkpoint->state_dict) {
      count_model(*checkpoint->state_dict, expected);
      read_chance(*checkpoint->state_dict, checkpoint->config, expected);
    }
  }
  read_recipe(context.row, expected);
  return expected;
}

std::optional<std::int64_t> asked_iterations(const std::vector<std::string>& argv) {
  constexpr std::string_view kOption = "--iters";
  std::optional<std::int64_t> asked;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    std::string text;
    if (argv[i] == kOption && i + 1 < argv.size()) {
      text = argv[i + 1];
    } else if (argv[i].starts_with("--iters=")) {
      text = argv[i].substr(kOption.size() + 1);
    } else {
      continue;
    }
    std::erase_if(text, [](char one) { return one == '_' || one == '\''; });
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    asked = number;
  }
  return asked;
}

}  // namespace harness
