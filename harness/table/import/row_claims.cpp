#include "harness/table/import/row_claims.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "harness/base/json.h"
#include "harness/base/number_text.h"
#include "harness/table/claim_kind.h"
#include "harness/table/data_set_conditions.h"

namespace harness {
namespace {

struct DefaultTolerance {
  std::string_view id;
  double abs;
  double rel;
  const char* reason;
};

constexpr const char* kMiouReason =
    "Another image decoder or convolution library moves mIoU by some hundredths of a point on the "
    "same weights; the rounding of the printed digits comes on top.";
constexpr const char* kHardwareReason =
    "Drivers, allocators and convolution libraries move it by several percent on the same "
    "hardware, and the printed number is one measurement without a spread.";

constexpr std::array<DefaultTolerance, 8> kTolerances{{
    {"miou", 0.05, 0.0, kMiouReason},
    {"miou_ms_flip", 0.05, 0.0, kMiouReason},
    {"log.miou", 0.0005, 0.0,
     "The log rounds mIoU, as a fraction, to 5 decimals: half of the last one is 0.0005 points; "
     "the "
     "rounding of the printed digits comes on top."},
    {"parity.pixels", 0.005, 0.0,
     "Up to 5 pixels in 1000 may change class: rounding decides at the borders between classes "
     "long before it shows in mIoU."},
    {"memory", 0.0, 0.10, kHardwareReason},
    {"fps", 0.0, 0.10, kHardwareReason},
    {"retrain.parity", 1.0, 0.0,
     "Single trainings of the zoo scatter by half a point and more; a mean over seeds within one "
     "point is no cost that a table could show."},
    {"retrain.lockstep", 2.0, 0.0,
     "Up to 3 times what rounding alone costs: right trainings of the mini zoo came to 0.9 to 2, "
     "batch norm in half to 6, a gradient that is not unscaled to 70 (docs/lockstep.md)."},
}};

Tolerance parity_tolerance(Policy half) {
  const std::string label(facts(facts(half).compute).label);
  return {
      0.1, 0.0,
      fmt::format("On one checkpoint and the same images {} may move mIoU by a tenth of a point "
                  "and still be called free of cost.",
                  label)};
}

Tolerance logits_tolerance(Policy half) {
  const int digits = significant_digits(half);
  const int single = significant_digits(Policy::kFp32);
  return {1.0, 0.0,
          fmt::format("RMSE({}, fp64) <= 2^{} x RMSE(fp32, fp64): unit roundoffs are 2^-{} and "
                      "2^-{}, and to first order the error of one network grows in proportion to "
                      "the unit roundoff.",
                      facts(half).precision, single - digits, digits, single)};
}

std::optional<Tolerance> default_tolerance(std::string_view id, Policy half) {
  if (id == "parity") return parity_tolerance(half);
  if (id == "parity.logits") return logits_tolerance(half);
  for (const DefaultTolerance& known : kTolerances) {
    if (known.id == id) return Tolerance{known.abs, known.rel, known.reason};
  }
  return std::nullopt;
}

/// A loss scale that overflows in no training of the zoo's rows (docs/training.md): backing off
/// ends here at the latest.
constexpr double kWorkingScale = 512.0;

/// How many of a training's steps a dynamic scaler skips by design.
std::optional<Tolerance> skip_tolerance(const ScalerOptions& scaler, double iterations) {
  const bool is_mmcv = scaler.type == ScalerType::kMmcvDynamic;
  const double backoff = is_mmcv ? 1.0 / scaler.growth_factor : scaler.backoff_factor;
  if (!(backoff < 1.0) || !(iterations >= 1.0)) return std::nullopt;
  const double halvings = std::log(scaler.init_scale / kWorkingScale) / -std::log(backoff);
  const double first = std::max(0.0, std::ceil(halvings - 1e-9));
  const auto interval = static_cast<double>(scaler.growth_interval);
  return Tolerance{.abs = first / iterations + 1.0 / interval,
                   .reason = fmt::format(
                       "Backing off from {} to {} skips {} of {} steps, and after each {} clean "
                       "steps a larger scale may be tried in vain once.",
                       short_text(scaler.init_scale, 12), short_text(kWorkingScale),
                       short_text(first), short_text(iterations, 9), short_text(interval, 9))};
}

Json data_sets_of(const Json& conditions) {
  Json sets = Json::object();
  for (const char* key : {"training_dataset", "test_dataset", "training_split", "test_split"}) {
    if (conditions.contains(key)) sets[key] = conditions[key];
  }
  return sets;
}

/// What is claimed of a row apart from the numbers that its page prints.
class ClaimWriter {
 public:
  ClaimWriter(const PublishedRow& row, const std::optional<Arithmetic>& arithmetic,
              const std::string& overlay_name)
      : row_(row), arithmetic_(arithmetic), overlay_name_(overlay_name) {}

  /// Nothing when a claim of this kind makes no sense for the row's arithmetic.
  std::optional<Claim> write(const ClaimKind& kind) const {
    if (!kind.is_imported || !applies(kind.id)) return std::nullopt;
    Claim claim;
    claim.id = kind.id;
    claim.evidence = kind.evidence;
    claim.unit = kind.unit;
    claim.tolerance = kind.id == "retrain.skipped" ? skip_tolerance(*scaler(), iterations())
                                                   : default_tolerance(kind.id, half());
    const PublishedFact fact = fact_for(kind);
    claim.value = fact.value;
    claim.digits = fact.digits;
    claim.source = fact.source;
    claim.conditions = fact.conditions;
    const auto unread = row_.unread_links.find(claim.id);
    if (unread != row_.unread_links.end()) claim.conditions["unread"] = to_json(unread->second);
    return claim;
  }

 private:
  Policy policy() const { return arithmetic_ ? arithmetic_->policy : Policy::kFp32; }
  Policy half() const { return half_policy(policy()); }

  bool applies(std::string_view id) const {
    if (id == "loss_scale") return scales_loss(policy());
    if (id == "retrain.loss_scale") {
      return scales_loss(policy()) && !(scaler() && scaler()->type == ScalerType::kNone);
    }
    if (id == "retrain.loss_scale.recovers" || id == "retrain.skipped") {
      return scales_loss(policy()) && scaler() && is_dynamic(scaler()->type);
    }
    const bool is_about_half = id.starts_with("parity") || id == "range" ||
                               id == "retrain.parity" || id == "retrain.memory" ||
                               id == "retrain.lockstep";
    return !is_about_half || computes_in_half(policy());
  }

  PublishedFact fact_for(const ClaimKind& kind) const {
    const std::string id(kind.id);
    if (id == "log.miou") return log_miou();
    if (id == "retrain.miou") return retrained_miou();
    if (id == "dtypes" || id == "retrain.arithmetic") {
      return {.value = policy_name(), .source = arithmetic_source("policy")};
    }
    if (id.find("loss_scale") != std::string::npos) {
      return {.value = loss_scale(id), .source = arithmetic_source("scaler")};
    }
    const auto found = row_.facts.find(id);
    if (found != row_.facts.end()) return found->second;
    if (id == "range") {
      return {.value = plain_number(facts(facts(half()).compute).max), .source = row_.source};
    }
    if (kind.evidence == "file" || kind.evidence == "log") return file_fact(kind);
    return {.value = sound_value(kind), .source = row_.source};
  }

  /// A fact about the checkpoint or the log; null where that file is not published.
  PublishedFact file_fact(const ClaimKind& kind) const {
    const bool is_published = !(kind.evidence == "log" ? row_.log : row_.checkpoint).empty();
    if (!is_published) return {.value = nullptr, .source = row_.files_source};
    // The log names the row that it belongs to.
    const bool is_name = kind.id == "log.config";
    return {.value = is_name ? Json(row_.id) : sound_value(kind), .source = row_.files_source};
  }

  PublishedFact log_miou() const {
    const auto found = row_.facts.find("miou");
    // A training validates on the data set it is of, and not on another.
    if (found == row_.facts.end() || row_.log.empty() || is_of_other_data(found->second.conditions))
      return {.value = nullptr, .source = row_.files_source};
    PublishedFact fact = found->second;
    fact.conditions = Json::object();
    return fact;
  }

  /// A retraining is compared with the number itself; on which machine it was evaluated is no
  /// matter.
  PublishedFact retrained_miou() const {
    const auto found = row_.facts.find("miou");
    if (found == row_.facts.end()) return {.value = nullptr, .source = row_.source};
    PublishedFact fact = found->second;
    fact.conditions =
        is_of_other_data(fact.conditions) ? data_sets_of(fact.conditions) : Json::object();
    return fact;
  }

  Json policy_name() const {
    return arithmetic_ ? Json(to_string(arithmetic_->policy)) : Json(nullptr);
  }

  std::optional<ScalerOptions> scaler() const {
    return arithmetic_ ? arithmetic_->scaler : std::nullopt;
  }

  /// A training has a scale to begin with whatever its scaler; a config may only name a dynamic
  /// one.
  Json loss_scale(const std::string& id) const {
    if (!scaler()) return nullptr;
    const ScalerType type = scaler()->type;
    const bool is_fixed = type != ScalerType::kNone && !is_dynamic(type);
    const bool is_number = id == "retrain.loss_scale" || (id == "loss_scale" && is_fixed);
    return is_number ? plain_number(scaler()->init_scale) : Json(to_string(type));
  }

  /// Of the recipe; 0 where the page states none.
  double iterations() const {
    const auto found = row_.facts.find("config.iterations");
    const bool is_known = found != row_.facts.end() && found->second.value.is_number();
    return is_known ? found->second.value.get<double>() : 0.0;
  }

  Source arithmetic_source(const std::string& key) const {
    if (overlay_name_.empty() || !arithmetic_) return row_.source;
    return {overlay_name_, 0, "arithmetic." + key};
  }

  const PublishedRow& row_;
  const std::optional<Arithmetic>& arithmetic_;
  const std::string& overlay_name_;
};

}  // namespace

std::vector<Claim> claims_of_row(const PublishedRow& row,
                                 const std::optional<Arithmetic>& arithmetic,
                                 const std::string& overlay_name) {
  const ClaimWriter writer(row, arithmetic, overlay_name);
  std::vector<Claim> claims;
  for (const ClaimKind& kind : claim_kinds()) {
    if (auto claim = writer.write(kind)) claims.push_back(std::move(*claim));
  }
  return claims;
}

}  // namespace harness
