#include "harness/judge/rules/file/config_agreement.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/error.h"
#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/rules/file/config_facts.h"
#include "harness/table/model_spec.h"

namespace harness {
namespace {

/// Facts that suite and config both state, and those on which they differ.
class Agreement {
 public:
  void add(const std::string& fact, bool agrees, const std::string& suite,
           const std::string& config) {
    ++compared_;
    if (!agrees)
      add_contradiction(fmt::format("{}: suite says {}, config says {}", fact, suite, config));
  }
  void add_contradiction(const std::string& text) { contradictions_.push_back(text); }
  void add_agreed(std::int64_t count) { compared_ += count; }
  /// A fact that the suite gives and the config does not.
  void add_unstated(const std::string& fact) { unstated_.push_back(fact); }

  Finding judge() const {
    if (!contradictions_.empty()) {
      std::string text;
      for (const auto& one : contradictions_) text += (text.empty() ? "" : "; ") + one;
      return pass_or_fail(false, plural(std::ssize(contradictions_), "contradiction"), text);
    }
    if (compared_ == 0) return not_verifiable("suite and config state no fact in common");
    if (!unstated_.empty()) {
      return not_verifiable(
          fmt::format("config and suite agree on {}; the config does not state {}",
                      plural(compared_, "fact"), fmt::join(unstated_, ", ")));
    }
    return pass_or_fail(true, plural(compared_, "fact"), "config and suite agree on all of them");
  }

 private:
  std::int64_t compared_ = 0;
  std::vector<std::string> contradictions_;
  std::vector<std::string> unstated_;
};

/// Facts of the model that both state: the head that the method implies and each key of a part.
std::int64_t model_facts_in_common(const Row& row, const Json& config_model) {
  std::int64_t count = 0;
  for (const auto& [part, stated] : row.model.items()) {
    const auto found = config_model.find(part);
    if (found == config_model.end()) continue;
    if (!stated.is_object() || !found->is_object()) {
      ++count;
      continue;
    }
    for (const auto& [key, value] : stated.items()) count += found->contains(key) ? 1 : 0;
  }
  const bool type_is_stated = find_at(row.model, {"decode_head", "type"}) != nullptr;
  const bool method_counts =
      find_at(config_model, {"decode_head", "type"}) != nullptr && !type_is_stated;
  return count + (method_counts ? 1 : 0);
}

void compare_model(const Row& row, const Json& config, Agreement& agreement) {
  const Json model = config_model(config);
  if (!model.is_object()) return;
  const auto contradictions = model_contradictions(row, model);
  const auto common = model_facts_in_common(row, model);
  agreement.add_agreed(std::max<std::int64_t>(common, std::ssize(contradictions)));
  for (const auto& text : contradictions) agreement.add_contradiction(text);
}

void compare_arithmetic(const Row& row, const Json& config, Agreement& agreement) {
  if (!row.arithmetic) return;
  const Policy policy = row.arithmetic->policy;
  const std::string hook = optimizer_hook(config);
  const bool config_speaks = config.contains("optimizer_config") || !hook.empty();
  if (config_speaks) {
    agreement.add("arithmetic.policy", is_half_hook(hook) == computes_in_half(policy),
                  std::string(to_string(policy)),
                  hook.empty() ? "an optimizer hook without half precision" : hook);
  }
  const auto& scaler = row.arithmetic->scaler;
  const auto configured = configured_loss_scale(config);
  if (scaler && configured && configured->scale) {
    agreement.add("arithmetic.scaler.scale", scaler->init_scale == *configured->scale,
                  short_text(scaler->init_scale), short_text(*configured->scale));
  }
}

void compare_batch(const Row& row, const Json& config, Agreement& agreement) {
  const auto batch = count_at(row.recipe, {"batch"});
  const auto per_process = batch_per_process(config);
  if (batch && !per_process) agreement.add_unstated("recipe.batch");
  if (!batch || !per_process) return;
  const bool fits = trains_in_one_process(config)
                        ? *batch == *per_process
                        : *per_process > 0 && *batch > 0 && *batch % *per_process == 0;
  agreement.add("recipe.batch", fits, std::to_string(*batch),
                fmt::format("{} for each process{}", *per_process,
                            trains_in_one_process(config) ? ", of which there is one" : ""));
}

void compare_crop(const Row& row, const Json& config, Agreement& agreement) {
  const Json* crop = find_at(row.recipe, {"crop"});
  if (crop == nullptr || !crop->is_array() || crop->size() != 2) return;
  const std::string stated = crop->at(0).dump() + "x" + crop->at(1).dump();
  const auto crops = train_crops(config);
  if (crops.empty()) agreement.add_unstated("recipe.crop");
  for (const auto& found : crops) {
    agreement.add("recipe.crop", found == stated, stated, found);
  }
}

void compare_recipe(const Row& row, const Json& config, Agreement& agreement) {
  const auto lr = number_at(row.recipe, {"lr"});
  const auto configured_lr = learning_rate(config);
  if (lr && configured_lr) {
    agreement.add("recipe.lr", *lr == *configured_lr, short_text(*lr), short_text(*configured_lr));
  }
  if (lr && !configured_lr) agreement.add_unstated("recipe.lr");
  const auto iterations = count_at(row.recipe, {"iterations"});
  const auto scheduled = scheduled_iterations(config);
  if (iterations && scheduled) {
    agreement.add("recipe.iterations", *iterations == *scheduled, std::to_string(*iterations),
                  std::to_string(*scheduled));
  }
  if (iterations && !scheduled) agreement.add_unstated("recipe.iterations");
  compare_batch(row, config, agreement);
  compare_crop(row, config, agreement);
}

}  // namespace

Finding judge_config(const CheckpointRecord& checkpoint, const Row& row) {
  const Json& config = checkpoint.config;
  if (!config.is_object()) {
    const auto& why = checkpoint.config_error;
    return not_verifiable(why ? "the checkpoint's config cannot be read: " + *why
                              : "the checkpoint holds no config");
  }
  Agreement agreement;
  try {
    compare_model(row, config, agreement);
  } catch (const Error& failure) {
    return fail_unmeasured("the model of suite and config cannot be compared: " + failure.detail());
  }
  compare_arithmetic(row, config, agreement);
  compare_recipe(row, config, agreement);
  return agreement.judge();
}

}  // namespace harness
