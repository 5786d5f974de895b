#include "harness/judge/rules/file/config_claims.h"

#include <functional>
#include <utility>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
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
  explicit Statements(const ClaimContext& context)
      : checkpoint_(find_file(context, "checkpoint")), log_(find_file(context, "log")) {}

  const Json* checkpoint() const { return usable(checkpoint_); }
  const Json* log() const { return usable(log_); }

  /// Calls `read` with each config there is and where it stands.
  void for_each_config(const std::function<void(const Json&, const std::string&)>& read) const {
    for (const auto& [record, where] :
         {std::pair{checkpoint(), "checkpoint config"}, std::pair{log(), "log config"}}) {
      const Json* config = record == nullptr ? nullptr : find_at(*record, {"config"});
      if (config != nullptr && config->is_object()) read(*config, where);
    }
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
      contradicting +=
          (contradicting.empty() ? "" : "; ") + statement.where + " says " + text(statement.value);
    }
    if (contradicting.empty())
      return compared(true, measured, "stated by " + enumeration(agreeing));
    return compared(false, measured, "expected " + expected + ": " + contradicting);
  }

 private:
  static const Json* usable(const FileEvidence& file) {
    return file.absence ? nullptr : file.record;
  }

  static std::string text(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
  }

  /// Neither file states it: because they could not be read, or because they are silent.
  Finding nothing_stated() const {
    if (checkpoint_.absence && log_.absence) return *checkpoint_.absence;
    return not_verifiable("neither the checkpoint nor the log states it");
  }

  FileEvidence checkpoint_;
  FileEvidence log_;
  std::vector<Statement> statements_;
};

/// How a row that was trained as claimed scales its loss.
enum class Scaling { kNone, kFixed, kDynamic };

Scaling expected_scaling(const ClaimContext& context) {
  const Json& value = context.claim.value;
  if (value == "dynamic") return Scaling::kDynamic;
  auto type = value.is_string() ? find_scaler_type(value.get<std::string>()) : std::nullopt;
  const auto& arithmetic = context.row.arithmetic;
  if (!type && arithmetic && arithmetic->scaler) type = arithmetic->scaler->type;
  if (type == ScalerType::kNone) return Scaling::kNone;
  return type && is_dynamic(*type) ? Scaling::kDynamic : Scaling::kFixed;
}

void add_loss_scale(Statements& statements, const ClaimContext& context, const LossScale& found,
                    const std::string& where, bool is_initial) {
  const Scaling expected = expected_scaling(context);
  const bool dynamic = expected == Scaling::kDynamic;
  const bool mode_fits = found.mode.empty() || (found.mode == "dynamic") == dynamic;
  const auto& published = context.claim.value;
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

std::string expectation_text(const ClaimContext& context) {
  const Scaling expected = expected_scaling(context);
  if (expected == Scaling::kNone) return "no loss scale";
  return std::string(expected == Scaling::kDynamic ? "a dynamic" : "a static") + " loss scale " +
         context.claim.value.dump();
}

}  // namespace

Finding judge_crop(const ClaimContext& context) {
  Statements statements(context);
  statements.for_each_config([&](const Json& config, const std::string& where) {
    for (const auto& crop : train_crops(config)) {
      statements.add(where, crop, crop == context.claim.value);
    }
  });
  return statements.judge(context.claim.value.dump());
}

Finding judge_iterations(const ClaimContext& context) {
  const auto& published = context.claim.value;
  Statements statements(context);
  statements.for_each_config([&](const Json& config, const std::string& where) {
    if (const auto n = scheduled_iterations(config))
      statements.add(where, *n, Json(*n) == published);
  });
  if (const Json* log = statements.log()) {
    if (const auto n = count_at(*log, {"last_iteration"})) {
      statements.add("last log line", *n, Json(*n) == published);
    }
  }
  if (const Json* checkpoint = statements.checkpoint()) {
    if (const auto n = count_at(*checkpoint, {"meta", "iter"})) {
      statements.add("checkpoint meta", *n, Json(*n) == published || Json(*n + 1) == published);
    }
  }
  return statements.judge(published.dump() + " iterations");
}

Finding judge_loss_scale(const ClaimContext& context) {
  Statements statements(context);
  statements.for_each_config([&](const Json& config, const std::string& where) {
    if (const auto scale = configured_loss_scale(config)) {
      add_loss_scale(statements, context, *scale, where, true);
    } else {
      const bool agrees = expected_scaling(context) == Scaling::kNone;
      statements.add(where, "no loss scale", agrees);
    }
  });
  if (const Json* checkpoint = statements.checkpoint()) {
    const Json* meta = find_at(*checkpoint, {"meta"});
    const auto saved = meta == nullptr ? std::nullopt : saved_loss_scale(*meta);
    if (saved) add_loss_scale(statements, context, *saved, "saved scaler", false);
  }
  auto finding = statements.judge(expectation_text(context));
  if (finding.verdict == Verdict::kPass) {
    finding.reason += "; the steps in between are in no published file";
  }
  return finding;
}

}  // namespace harness
