#include "harness/judge/rules/file/config_claims.h"

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <optional>
#include <utility>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/rules/file/config_facts.h"

namespace harness {
namespace {

/// A value of the claim as some part of a published file states it.
struct Statement {
  std::string where;  ///< "checkpoint config".
  Json value;
  bool agrees = false;
};

/// Statements of one fact, collected over checkpoint and log.
class Statements {
 public:
  explicit Statements(const ExaminedFiles& files) : files_(files) {}

  /// Calls `read` with each config there is and where it stands.
  void for_each_config(const std::function<void(const Json&, const std::string&)>& read) const {
    const auto* checkpoint = files_.checkpoint();
    const auto* log = files_.log();
    if (checkpoint != nullptr && checkpoint->config.is_object()) {
      read(checkpoint->config, "checkpoint config");
    }
    if (log != nullptr && log->config.is_object()) read(log->config, "log config");
  }

  void add(std::string where, Json value, bool agrees) {
    statements_.push_back({std::move(where), std::move(value), agrees});
  }

  Finding judge(const std::string& expected) const {
    if (statements_.empty()) return nothing_stated();
    std::vector<std::string> agreeing;
    std::string contradicting;
    Json measured = statements_.front().value;
    for (const auto& statement : statements_) {
      if (statement.agrees) {
        agreeing.push_back(statement.where);
        continue;
      }
      if (contradicting.empty()) measured = statement.value;
      contradicting += fmt::format("{}{} says {}", contradicting.empty() ? "" : "; ",
                                   statement.where, text(statement.value));
    }
    if (contradicting.empty())
      return pass_or_fail(true, measured, "stated by " + enumeration(agreeing));
    return pass_or_fail(false, measured, fmt::format("expected {}: {}", expected, contradicting));
  }

 private:
  static std::string text(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
  }

  /// Neither file states it: because they could not be read, or because they are silent.
  Finding nothing_stated() const {
    if (files_.checkpoint_absence && files_.log_absence) return *files_.checkpoint_absence;
    return not_verifiable("neither the checkpoint nor the log states it");
  }

  const ExaminedFiles& files_;
  std::vector<Statement> statements_;
};

/// How a row that was trained as claimed scales its loss.
enum class Scaling { kNone, kFixed, kDynamic };

Scaling expected_scaling(const Row& row, const Claim& claim) {
  const Json& value = claim.value;
  if (value == "dynamic") return Scaling::kDynamic;
  auto type = value.is_string() ? find_scaler_type(value.get<std::string>()) : std::nullopt;
  const auto& arithmetic = row.arithmetic;
  if (!type && arithmetic && arithmetic->scaler) type = arithmetic->scaler->type;
  if (type == ScalerType::kNone) return Scaling::kNone;
  return type && is_dynamic(*type) ? Scaling::kDynamic : Scaling::kFixed;
}

void add_loss_scale(Statements& statements, const Json& published, Scaling expected,
                    const LossScale& found, const std::string& where, bool is_initial) {
  const bool dynamic = expected == Scaling::kDynamic;
  const bool mode_fits = found.mode.empty() || found.mode == (dynamic ? "dynamic" : "static");
  // A dynamic scale has moved on by the time the checkpoint is saved.
  const bool scale_matters = published.is_number() && (!dynamic || is_initial);
  const bool scale_fits = !scale_matters || !found.scale || *found.scale == published.get<double>();
  Json value = found.scale ? plain_number(*found.scale) : Json(found.mode);
  if (!mode_fits && found.scale) {
    std::string both = found.mode;
    value = both.append(" ").append(short_text(*found.scale));
  }
  const bool agrees = expected != Scaling::kNone && mode_fits && scale_fits;
  statements.add(where, std::move(value), agrees);
}

std::string expectation_text(Scaling expected, const Json& published) {
  if (expected == Scaling::kNone) return "no loss scale";
  return fmt::format("{} loss scale {}", expected == Scaling::kDynamic ? "a dynamic" : "a static",
                     published.dump());
}

/// A scale multiplies the loss: 0, a negative or a number that is not finite trains nothing.
std::optional<Finding> impossible_scale(const ExaminedFiles& files) {
  const auto* checkpoint = files.checkpoint();
  if (checkpoint == nullptr) return std::nullopt;
  for (const auto& saved : checkpoint->loss_scales) {
    if (std::isfinite(saved.scale) && saved.scale > 0) continue;
    return pass_or_fail(
        false, number_or_null(saved.scale),
        fmt::format("{}: a loss scale is a positive number, the saved one is {}", saved.where,
                    std::isfinite(saved.scale) ? short_text(saved.scale, 15) : "not finite"));
  }
  return std::nullopt;
}

/// Whether a log by this config names the iterations of the whole training: it schedules them, and
/// no TextLoggerHook of log_config counts within epochs, as mmcv's does unless by_epoch is False.
bool logs_iterations(const Json& config) {
  if (!scheduled_iterations(config)) return false;
  const Json* hooks = find_at(config, {"log_config", "hooks"});
  if (hooks == nullptr) return true;
  for (const auto& hook : *hooks) {
    const Json* by_epoch = find_at(hook, {"by_epoch"});
    const bool is_by_epoch = by_epoch == nullptr || *by_epoch != false;
    if (text_at(hook, {"type"}) == "TextLoggerHook" && is_by_epoch) return false;
  }
  return true;
}

/// Whether the lines of the row's log must name the iterations of the whole training.
bool names_iterations(const ExaminedFiles& files) {
  if (files.log()->config.is_object()) return logs_iterations(files.log()->config);
  return files.checkpoint() != nullptr && logs_iterations(files.checkpoint()->config);
}

/// That the configs alone decide, where a checkpoint is there.
std::string unsaved_text(const CheckpointRecord* checkpoint) {
  if (checkpoint == nullptr || !checkpoint->loss_scales.empty()) return "";
  if (saved_loss_scale(checkpoint->meta)) return "";
  return "; the checkpoint saved no state of a scaler";
}

/// mmcv's "cur_scale" or torch's "scale"; null pointer for none.
const Json* scale_in(const Json& state) {
  const Json* scale = find_at(state, {"cur_scale"});
  return scale == nullptr ? find_at(state, {"scale"}) : scale;
}

/// Null stands for a number that is not finite; what a tensor holds is not in the meta.
bool is_as_listed(const Json& state, const SavedScaleRecord& listed) {
  const Json* scale = scale_in(state);
  if (scale == nullptr || text_at(state, {"mode"}) != listed.mode) return false;
  if (scale->is_number()) return scale->get<double>() == listed.scale;
  return scale->is_object() || (scale->is_null() && std::isnan(listed.scale));
}

/// Why the meta's state of a scaler is not what `examine` lists of it, or "".
std::string other_saved_scale(const CheckpointRecord* checkpoint) {
  constexpr const char* kPlace = "meta.fp16.loss_scaler";
  if (checkpoint == nullptr) return "";
  const Json* found = find_at(checkpoint->meta, {"fp16", "loss_scaler"});
  const Json state = found == nullptr ? Json() : *found;
  const Json* scale = scale_in(state);
  const bool is_number = scale != nullptr && scale->is_number();
  int times = 0;
  for (const SavedScaleRecord& listed : checkpoint->loss_scales) {
    if (listed.where != kPlace) continue;
    ++times;
    if (is_as_listed(state, listed)) continue;
    return fmt::format("{} is {}, and a loss scale of {} {} was read there", kPlace, state.dump(),
                       listed.mode, short_text(listed.scale, 8));
  }
  if (times == 1 || (times == 0 && !is_number)) return "";
  return fmt::format("{} is {}, and was read {}", kPlace, state.dump(), plural(times, "time"));
}

Finding judge_saved_scales(const ExaminedFiles& files) {
  const auto* checkpoint = files.checkpoint();
  if (checkpoint == nullptr) return *files.checkpoint_absence;
  if (checkpoint->loss_scales.empty()) return not_verifiable("the checkpoint holds no loss scale");
  const SavedScaleRecord& saved = checkpoint->loss_scales.front();
  return pass_or_fail(true, plain_number(saved.scale),
                      fmt::format("{}: a scale that can be", saved.where));
}

}  // namespace

Finding judge_crop(const ExaminedFiles& files, const Claim& claim) {
  Statements statements(files);
  statements.for_each_config([&](const Json& config, const std::string& where) {
    for (const auto& crop : train_crops(config)) {
      statements.add(where, crop, crop == claim.value);
    }
  });
  return statements.judge(claim.value.dump());
}

Finding judge_iterations(const ExaminedFiles& files, const Claim& claim) {
  const Json& published = claim.value;
  Statements statements(files);
  statements.for_each_config([&](const Json& config, const std::string& where) {
    if (const auto n = scheduled_iterations(config)) {
      statements.add(where, *n, Json(*n) == published);
    }
    const Json wrong = unreadable_iterations(config);
    if (!wrong.is_null()) statements.add(where, wrong, false);
  });
  const auto* log = files.log();
  if (log != nullptr && (log->last_iteration != 0 || names_iterations(files))) {
    statements.add("last log line", log->last_iteration, Json(log->last_iteration) == published);
  }
  if (const auto* checkpoint = files.checkpoint()) {
    if (const auto n = saved_iteration(checkpoint->meta)) {
      statements.add("checkpoint meta", *n, Json(*n) == published || Json(*n + 1) == published);
    }
    const Json wrong = unreadable_saved_iteration(checkpoint->meta);
    if (!wrong.is_null()) statements.add("checkpoint meta", wrong, false);
  }
  return statements.judge(published.dump() + " iterations");
}

Finding judge_loss_scale(const ExaminedFiles& files, const Row& row, const Claim& claim) {
  if (const auto impossible = impossible_scale(files)) return *impossible;
  if (const auto why = other_saved_scale(files.checkpoint()); !why.empty()) {
    return fail_unmeasured(why);
  }
  if (claim.value == kPossibleScale) return judge_saved_scales(files);
  const auto& value = claim.value;
  const bool is_known = !value.is_string() || value == "dynamic" ||
                        find_scaler_type(value.get<std::string>()).has_value();
  if (!is_known) {
    return fail_unmeasured(fmt::format(
        "expected a scale, \"dynamic\" or the name of a scaler, the claim says {}", value.dump()));
  }
  const Scaling expected = expected_scaling(row, claim);
  Statements statements(files);
  statements.for_each_config([&](const Json& config, const std::string& where) {
    if (const auto scale = configured_loss_scale(config)) {
      add_loss_scale(statements, claim.value, expected, *scale, where, true);
    } else {
      statements.add(where, "no loss scale", expected == Scaling::kNone);
    }
  });
  if (const auto* checkpoint = files.checkpoint()) {
    const Json wrong = unreadable_saved_scale(checkpoint->meta);
    if (!wrong.is_null()) statements.add("saved scaler", wrong, false);
    auto saved = saved_loss_scale(checkpoint->meta);
    if (!saved && !checkpoint->loss_scales.empty()) {
      const SavedScaleRecord& scale = checkpoint->loss_scales.front();
      saved = LossScale{scale.mode, scale.scale};
    }
    if (saved) add_loss_scale(statements, claim.value, expected, *saved, "saved scaler", false);
  }
  auto finding = statements.judge(expectation_text(expected, claim.value));
  if (finding.verdict == Verdict::kPass) {
    if (expected != Scaling::kNone) finding.reason += unsaved_text(files.checkpoint());
    finding.reason += "; the steps in between are in no published file";
  }
  return finding;
}

}  // namespace harness
