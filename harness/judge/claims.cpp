#include "harness/judge/claims.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "harness/base/measurement.h"
#include "harness/judge/rules/evaluated/evaluated_claims.h"
#include "harness/judge/rules/evaluated/forward_claims.h"
#include "harness/judge/rules/evaluated/hardware_claims.h"
#include "harness/judge/rules/evaluated/kernel_claims.h"
#include "harness/judge/rules/evaluated/memory_claims.h"
#include "harness/judge/rules/evaluated/parity_claims.h"
#include "harness/judge/rules/evaluated/speed_claims.h"
#include "harness/judge/rules/file/code_claim.h"
#include "harness/judge/rules/file/config_agreement.h"
#include "harness/judge/rules/file/config_claims.h"
#include "harness/judge/rules/file/content_claims.h"
#include "harness/judge/rules/file/dtype_claim.h"
#include "harness/judge/rules/file/file_claims.h"
#include "harness/judge/rules/file/log_claims.h"
#include "harness/judge/rules/file/provenance.h"
#include "harness/judge/rules/retrained/lockstep_claims.h"
#include "harness/judge/rules/retrained/retrained_miou.h"
#include "harness/judge/rules/retrained/training_claims.h"
#include "harness/judge/rules/retrained/training_parity.h"
#include "harness/judge/rules/retrained/training_scale.h"
#include "harness/table/claim_kind.h"
#include "harness/table/data_set_conditions.h"

namespace harness {
namespace {

/// A rule about the checkpoint, which may compare it with the claim, the row or nothing.
template <auto kRule>
Finding of_checkpoint(const ExaminedFiles& files, const Row& row, const Claim& claim) {
  using Rule = decltype(kRule);
  const CheckpointRecord* checkpoint = files.checkpoint();
  if (checkpoint == nullptr) return *files.checkpoint_absence;
  if constexpr (std::is_invocable_v<Rule, const CheckpointRecord&, const Claim&>) {
    return kRule(*checkpoint, claim);
  } else if constexpr (std::is_invocable_v<Rule, const CheckpointRecord&, const Row&>) {
    return kRule(*checkpoint, row);
  } else {
    return kRule(*checkpoint);
  }
}

/// The bytes are judged even where the file cannot be read.
Finding hash(const ExaminedFiles& files, const Row&, const Claim& claim) {
  const auto& checkpoint = files.record.checkpoint;
  const bool has_bytes = checkpoint && checkpoint->stored;
  if (!has_bytes && files.checkpoint_absence) return *files.checkpoint_absence;
  return judge_hash(checkpoint ? *checkpoint : CheckpointRecord{}, claim);
}

Finding crop(const ExaminedFiles& files, const Row&, const Claim& claim) {
  return judge_crop(files, claim);
}

Finding iterations(const ExaminedFiles& files, const Row&, const Claim& claim) {
  return judge_iterations(files, claim);
}

Finding log_config(const ExaminedFiles& files, const Row&, const Claim& claim) {
  const LogRecord* log = files.log();
  return log == nullptr ? *files.log_absence : judge_log_config(*log, files.checkpoint(), claim);
}

Finding log_miou(const ExaminedFiles& files, const Row&, const Claim& claim) {
  const LogRecord* log = files.log();
  return log == nullptr ? *files.log_absence : judge_log_miou(*log, claim);
}

using Rule = std::variant<FileRule, ClaimRule>;

/// The rule of each claim that claim_kinds() lists.
constexpr auto kRules = std::to_array<std::pair<std::string_view, Rule>>({
    {"hash", hash},
    {"format", of_checkpoint<judge_format>},
    {"tensors", of_checkpoint<judge_tensors>},
    {"dtypes", of_checkpoint<judge_dtypes>},
    {"origin", of_checkpoint<judge_provenance>},
    {"classes", of_checkpoint<judge_classes>},
    {"zero_tensors", of_checkpoint<judge_zero_tensors>},
    {"duplicates", of_checkpoint<judge_duplicates>},
    {"optimizer", of_checkpoint<judge_optimizer>},
    {"code", of_checkpoint<judge_code>},
    {"config", of_checkpoint<judge_config>},
    {"config.crop", crop},
    {"config.iterations", iterations},
    {"loss_scale", judge_loss_scale},
    {"finite", of_checkpoint<judge_finite>},
    {"log.config", log_config},
    {"log.miou", log_miou},
    {"miou", judge_miou},
    {"miou_ms_flip", judge_miou_ms_flip},
    {"parity", judge_parity},
    {"parity.pixels", judge_parity_pixels},
    {"parity.logits", judge_parity_logits},
    {"finite.forward", judge_finite_forward},
    {"range", judge_range},
    {"memory", judge_memory},
    {"memory.ratio", judge_memory_ratio},
    {"fps", judge_fps},
    {"fps.ratio", judge_speedup},
    {"kernels", judge_kernels},
    {"retrain.miou", judge_retrained_miou},
    {"retrain.parity", judge_retrained_parity},
    {"retrain.lockstep", judge_lockstep},
    {"retrain.loss_scale", judge_retrained_loss_scale},
    {"retrain.loss_scale.recovers", judge_retrained_recovery},
    {"retrain.skipped", judge_retrained_skips},
    {"retrain.arithmetic", judge_retrained_arithmetic},
    {"retrain.finite", judge_retrained_finite},
    {"retrain.memory", judge_retrained_memory},
});

const Rule* find_rule(std::string_view claim_id) noexcept {
  const auto found = std::find_if(kRules.begin(), kRules.end(),
                                  [&](const auto& entry) { return entry.first == claim_id; });
  return found == kRules.end() ? nullptr : &found->second;
}

/// What every sound file has is looked for whatever the claim's value is: one that states something
/// else is not proved by it.
Finding as_stated(const Claim& claim, Finding finding) {
  if (finding.verdict != Verdict::kPass || claim.value.is_null()) return finding;
  const bool counts = claim.id == "zero_tensors" || claim.id == "duplicates";
  const ClaimKind* kind = find_claim_kind(claim.id);
  const Json sound = kind == nullptr ? Json() : sound_value(*kind);
  const bool is_fixed = sound.is_string() && claim.id != "format";
  const Json& found = counts ? finding.measured : sound;
  if ((!counts && !is_fixed) || claim.value == found) return finding;
  finding.verdict = Verdict::kFail;
  finding.reason =
      fmt::format("expected {}, found {}; {}", claim.value.dump(), found.dump(), finding.reason);
  return finding;
}

/// Why no rule judges the claim; "" where one does.
std::string lack_of_rule(const Claim& claim) {
  if (find_rule(claim.id) == nullptr) {
    return fmt::format("halfproof knows no rule for the claim {}", claim.id);
  }
  const ClaimKind* kind = find_claim_kind(claim.id);
  if (kind != nullptr && kind->evidence == claim.evidence) return "";
  return fmt::format("halfproof knows no rule for {} by the evidence \"{}\"", claim.id,
                     claim.evidence);
}

/// The rule must be there (lack_of_rule).
Finding apply_rule(const ClaimContext& context) {
  const Rule& rule = *find_rule(context.claim.id);
  if (const auto* of_files = std::get_if<FileRule>(&rule)) {
    return as_stated(context.claim, (*of_files)(find_files(context), context.row, context.claim));
  }
  return std::get<ClaimRule>(rule)(context);
}

std::string unpublished_reason(const Claim& claim) {
  const std::string cell = text_at(claim.conditions, {"unread", "cell"});
  if (cell.empty()) return "the source does not publish it";
  return fmt::format("the source's \"{}\" cannot be read: expected {}", cell,
                     text_at(claim.conditions, {"unread", "expected"}));
}

/// Whatever is computed from images: by us, or by the validation that a log tells of.
bool is_about_images(const Claim& claim) {
  return claim.evidence == "evaluated" || claim.evidence == "retrained" || claim.id == "log.miou";
}

/// What was measured on other images than ours.
void mark_other_data(const Claim& claim, Finding& finding) {
  if (!is_about_images(claim) || claim.value.is_null() || !is_of_other_data(claim.conditions))
    return;
  finding.verdict = Verdict::kNotVerifiable;
  finding.compared = false;
  const std::string set = text_at(claim.conditions, {"test_dataset"});
  const std::string split = text_at(claim.conditions, {"test_split"});
  finding.reason = fmt::format("published for the {} {}{}{}, on which nothing was measured",
                               set.empty() ? "images" : "data set", set,
                               set.empty() || split.empty() ? "" : ", ", split);
}

void mark_unpublished(const Claim& claim, Finding& finding) {
  if (!claim.value.is_null()) return;
  const bool has_more = finding.verdict == Verdict::kNotVerifiable && !finding.measured.is_null();
  finding.reason = unpublished_reason(claim) + (has_more ? "; " + finding.reason : "");
  finding.verdict = Verdict::kNotVerifiable;
}

void require_resources(const JobScope& scope, Finding& finding) {
  const bool required = std::find(scope.require.begin(), scope.require.end(), finding.resource) !=
                        scope.require.end();
  if (finding.verdict != Verdict::kSkipped || finding.resource.empty() || !required) return;
  finding.verdict = Verdict::kFail;
  finding.reason = "required and missing: " + finding.reason;
}

/// Whether the failure was expected on the day of `started` and is not any more.
bool is_expired(const Claim& claim, std::string_view started) {
  if (claim.expires.empty()) return false;
  return started.empty() || started.substr(0, claim.expires.size()) > claim.expires;
}

void expect_failure(const Claim& claim, std::string_view started, Finding& finding) {
  if (claim.expected_failure.empty() || !finding.compared) return;
  if (finding.verdict == Verdict::kFail && is_expired(claim, started)) {
    finding.reason = fmt::format(
        "expected to fail ({}) until {}, which is over: mend it or give the suite a "
        "new day; {}",
        claim.expected_failure, claim.expires, finding.reason);
    return;
  }
  if (finding.verdict == Verdict::kFail) {
    finding.verdict = Verdict::kXfail;
    finding.reason =
        fmt::format("expected to fail ({}); {}", claim.expected_failure, finding.reason);
  } else if (finding.verdict == Verdict::kPass) {
    finding.verdict = Verdict::kXpass;
    finding.reason =
        fmt::format("expected to fail ({}) and passes: take the expectation out of the suite; {}",
                    claim.expected_failure, finding.reason);
  }
}

/// A number that agrees with one of ours reproduces nothing that was published.
void tell_accepted(const Claim& claim, Finding& finding) {
  if (!claim.accepted || !finding.compared) return;
  const Acceptance& accepted = *claim.accepted;
  finding.reason = fmt::format(
      "{}; the reference is no published number (that was {}) but one of our own of {}, accepted: "
      "{}",
      finding.reason, accepted.published.dump(), accepted.date.substr(0, 10), accepted.reason);
}

VerdictRecord record_of(const Row& row, const Claim& claim, const Finding& finding) {
  VerdictRecord record;
  record.row = row.id;
  record.claim = claim.id;
  record.evidence = claim.evidence;
  record.precision = finding.precision;
  record.published = claim.value;
  record.measured = finding.measured;
  record.unit = claim.unit;
  record.tolerance = finding.tolerance;
  record.verdict = finding.verdict;
  record.reason = finding.reason.empty() ? "no reason was given" : finding.reason;
  return record;
}

}  // namespace

std::vector<std::string_view> ruled_claims() {
  std::vector<std::string_view> ids;
  for (const auto& [id, rule] : kRules) ids.push_back(id);
  return ids;
}

bool has_rule(const Claim& claim) {
  return lack_of_rule(claim).empty();
}

VerdictRecord judge_claim(const ClaimContext& context) {
  // Before all else: neither a value of null nor an expected failure makes up for a rule.
  if (const std::string lack = lack_of_rule(context.claim); !lack.empty()) {
    return record_of(context.row, context.claim, fail_unmeasured(lack));
  }
  return conclude(context, apply_rule(context));
}

VerdictRecord conclude(const ClaimContext& context, Finding finding) {
  mark_unpublished(context.claim, finding);
  mark_other_data(context.claim, finding);
  require_resources(context.scope, finding);
  expect_failure(context.claim, context.scope.started, finding);
  tell_accepted(context.claim, finding);
  return record_of(context.row, context.claim, finding);
}

VerdictRecord judge_file_claim(const ExaminedFiles& files, const Row& row, const Claim& claim,
                               std::string_view now) {
  const Rule* rule = find_rule(claim.id);
  const auto* of_files = rule == nullptr ? nullptr : std::get_if<FileRule>(rule);
  if (of_files == nullptr || !has_rule(claim)) {
    return record_of(
        row, claim,
        fail_unmeasured(fmt::format("halfproof knows no rule for {} by a file alone", claim.id)));
  }
  Finding finding = as_stated(claim, (*of_files)(files, row, claim));
  mark_unpublished(claim, finding);
  expect_failure(claim, now, finding);
  return record_of(row, claim, finding);
}

}  // namespace harness
