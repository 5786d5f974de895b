#include "harness/train/training_tallies.h"

#include <algorithm>
#include <cmath>

#include "harness/precision/range_census.h"

namespace harness {
namespace {

/// A dynamic scale changes now and then; a training that never settles must not fill the record.
constexpr std::size_t kMostChanges = 4096;

template <typename Number>
void add_to(Json& state, const char* key, Number value) {
  state[key] = state.value(key, Number{}) + value;
}

}  // namespace

void TrainingTallies::add(const Iteration& iteration) {
  const StepRecord& step = iteration.step;
  add_to<std::int64_t>(state_, "steps", 1);
  add_to<std::int64_t>(state_, "skipped", step.skipped ? 1 : 0);
  add_to<std::int64_t>(state_, "overflows", step.overflow ? 1 : 0);
  const bool is_finite = std::isfinite(step.loss) && std::isfinite(step.grad_norm);
  add_to<std::int64_t>(state_, "non_finite_steps", is_finite ? 0 : 1);
  if (!is_finite && !state_.contains("first_non_finite_step")) {
    state_["first_non_finite_step"] = step.step;
  }
  add_to(state_, "seconds", iteration.seconds);
  add_to(state_, "data_seconds", iteration.data_seconds);
  Json& scale = state_["scale"];
  if (scale.is_null()) {
    scale = {{"first", step.scale}, {"min", step.scale}, {"max", step.scale}};
    scale["changes"] = Json::array();
  } else if (scale["last"] != step.scale && scale["changes"].size() < kMostChanges) {
    scale["changes"].push_back(Json::array({step.step, step.scale}));
  }
  scale["last"] = step.scale;
  scale["min"] = std::min(scale["min"].get<double>(), step.scale);
  scale["max"] = std::max(scale["max"].get<double>(), step.scale);
  if (!state_.contains("loss")) state_["loss"]["first"] = number_or_null(step.loss);
  state_["loss"]["last"] = number_or_null(step.loss);
}

void TrainingTallies::add_gradients(const StepGradients& gradients) {
  RangeTally tally;
  for (const auto& entry : gradients.named) tally.add(entry.second);
  const RangeCensus census = tally.total();
  Json& counts = state_["gradients"];
  if (counts.is_null()) counts = Json::object();
  add_to(counts, "looked_at", census.elements);
  add_to(counts, "zeros", census.zeros);
  add_to(counts, "half_subnormals", census.half_subnormals);
}

void TrainingTallies::add_validation(std::int64_t iteration, const Json& evaluation) {
  Json& list = state_["validation"];
  if (list.is_null()) list = Json::array();
  list.push_back({{"iteration", iteration},
                  {"miou", evaluation.at("miou")},
                  {"macc", evaluation.at("macc")},
                  {"aacc", evaluation.at("aacc")}});
}

void TrainingTallies::see_peak(std::int64_t bytes) {
  state_["peak_bytes"] = std::max(state_.value("peak_bytes", std::int64_t{0}), bytes);
}

Json TrainingTallies::record() const {
  Json record = state_;
  if (!record.contains("first_non_finite_step")) record["first_non_finite_step"] = nullptr;
  if (!has_census()) record["census"] = nullptr;
  const double seconds = record.value("seconds", 0.0);
  record["iterations_per_second"] =
      seconds > 0.0 ? Json(record.value("steps", 0.0) / seconds) : Json();
  record["miou"] = nullptr;
  record["best_miou"] = nullptr;
  for (const auto& validation : record.value("validation", Json::array())) {
    const Json& miou = validation.at("miou");
    record["miou"] = miou;
    if (miou.is_number() && (record["best_miou"].is_null() || record["best_miou"] < miou)) {
      record["best_miou"] = miou;
    }
  }
  return record;
}

}  // namespace harness
