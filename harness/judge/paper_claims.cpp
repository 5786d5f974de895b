#include "harness/judge/paper_claims.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "harness/base/error.h"
#include "harness/judge/finding.h"
#include "harness/judge/measurement.h"
#include "harness/judge/number_text.h"

namespace harness {
namespace {

using Path = std::initializer_list<std::string_view>;

/// One statement of the paper, or a control of an experiment.
struct Statement {
  const char* id;
  const char* section;
  const char* text;  ///< What the source says, in our words.
  const char* unit;
  Finding (*judge)(const Json& measured);
};

/// A number that must be there: NaN where it is not, which no comparison lets pass.
double must(const Json& value, Path path) {
  return number_at(value, path).value_or(std::nan(""));
}

std::int64_t sum_of(const Json& value, std::string_view key, Path where) {
  std::int64_t sum = 0;
  for (const auto* phase : {"start", "published"}) {
    const Json* of_phase = find_at(value, {phase});
    const Json* part = of_phase == nullptr ? nullptr : find_at(*of_phase, where);
    const auto count = part == nullptr ? std::nullopt : count_at(*part, {key});
    if (!count) return -1;
    sum += *count;
  }
  return sum;
}

Finding with_bound(Finding finding, const char* key, double bound, const char* reason) {
  finding.tolerance = {{key, bound}, {"reason", reason}};
  return finding;
}

Finding no_number(const char* what) {
  return missing(std::string("expected ").append(what).append(", found none or no number"));
}

std::string percent(double share) {
  return short_text(100.0 * share, 3) + " %";
}

// ---- 3.1, master weights

/// The share of vanishing values that section 3.1 calls a problem (about 5 % in its figure 2b).
constexpr double kNoticeable = 0.05;
constexpr const char* kNoticeableReason =
    "about 5 % of values vanish in the paper's figure 2b, which it calls enough to harm";

Finding judge_ratio(const Json& measured) {
  const Json* census = find_at(measured, {"constructed"});
  if (census == nullptr) return no_number("the census of updates");
  const double ratio = must(*census, {"smallest_lost_ratio"});
  const double moving = must(*census, {"largest_moving_ratio"});
  const auto cases = count_at(*census, {"cases"}).value_or(0);
  const auto ties = count_at(*census, {"ties_lost"});
  const bool exact = cases > 0 && count_at(*census, {"below_moved"}) == 0 &&
                     count_at(*census, {"above_lost"}) == 0 && ties &&
                     ties == count_at(*census, {"even_weights"});
  if (!std::isfinite(ratio) || cases == 0) return no_number("the census of updates");
  return with_bound(
      compared(exact && ratio == 2048.0 && moving < 4096.0, ratio,
               "over " + count_text(cases) +
                   " cases, all normal halves in both directions: every update below half the "
                   "distance to the next half is lost, none above; ties stay at even weights; the "
                   "largest ratio that still moves a weight is " +
                   short_text(moving, 7)),
      "abs", 0.0, "exact arithmetic");
}

Finding judge_boundary(const Json& measured) {
  const auto small = sum_of(measured, "updates", {"below_2048"});
  const auto small_lost = sum_of(measured, "lost", {"below_2048"});
  const auto large = sum_of(measured, "updates", {"above_4096"});
  const auto large_lost = sum_of(measured, "lost", {"above_4096"});
  if (small <= 0 || large <= 0) return no_number("updates on both sides of the boundary");
  const auto against = small_lost + (large - large_lost);
  return with_bound(compared(against == 0, against,
                             "of " + count_text(small) + " updates with a ratio below 2048 " +
                                 count_text(small_lost) + " were lost, of " + count_text(large) +
                                 " from 4096 on " + count_text(large - large_lost) + " moved"),
                    "abs", 0.0, "exact arithmetic");
}

Finding judge_vanishing(const Json& measured) {
  const double late = must(measured, {"published", "all_steps", "share"});
  const double early = must(measured, {"start", "all_steps", "share"});
  if (!std::isfinite(late)) return no_number("updates of half weights");
  return with_bound(
      compared(late >= kNoticeable, 100.0 * late,
               percent(late) + " of the updates left their half weight where it was, at the " +
                   "learning rate of the last tenth; " + percent(early) + " at the start's"),
      "min", 100.0 * kNoticeable, kNoticeableReason);
}

Finding judge_standing_still(const Json& measured) {
  const double share = must(measured, {"published", "after", "stuck_share"});
  const auto drifted = count_at(measured, {"published", "after", "drifted"}).value_or(0);
  const auto steps = count_at(measured, {"published", "steps"}).value_or(0);
  if (!std::isfinite(share)) return no_number("masters that moved by a unit in the last place");
  return with_bound(compared(share >= kNoticeable, 100.0 * share,
                             percent(share) + " of the " + count_text(drifted) +
                                 " weights that left their half " + "in " + plural(steps, "step") +
                                 " with masters never moved without them"),
                    "min", 100.0 * kNoticeable, kNoticeableReason);
}

Finding judge_masters_moving(const Json& measured) {
  const auto updates = sum_of(measured, "updates", {"masters"});
  const auto moved = sum_of(measured, "moved", {"masters"});
  if (updates <= 0) return no_number("updates of masters");
  constexpr double kLeast = 0.95;
  const double share = static_cast<double>(moved) / static_cast<double>(updates);
  return with_bound(
      compared(share >= kLeast, 100.0 * share,
               percent(share) + " of " + count_text(updates) + " updates moved their FP32 master"),
      "min", 100.0 * kLeast,
      "FP32 loses an update only below 2^-24 of its weight, or where it is 0");
}

constexpr auto kMasterWeights = std::to_array<Statement>({
    {"ratio", "3.1", "an update 2048 times smaller than its weight may vanish", "", judge_ratio},
    {"boundary", "3.1", "updates of a training obey that boundary", "updates", judge_boundary},
    {"updates-vanish", "3.1", "without masters, updates vanish", "%", judge_vanishing},
    {"half-stands-still", "3.1", "masters gather what half weights lose", "%",
     judge_standing_still},
    {"masters-move", "3.1", "control: FP32 masters move", "%", judge_masters_moving},
});

// ---- 3.2, loss scaling

constexpr const char* kActivations = "activations";
constexpr const char* kWeights = "weights";

double zeros(const Json& measured, const char* phase, const char* kind, const char* scale) {
  return must(measured, {phase, kind, scale, "zero_in_half"});
}

Finding judge_activation_gradients(const Json& measured) {
  const double late = zeros(measured, "published", kActivations, "unscaled");
  const double early = zeros(measured, "start", kActivations, "unscaled");
  if (!std::isfinite(late) || !std::isfinite(early)) return no_number("gradients of activations");
  const double worst = std::max(late, early);
  return with_bound(
      compared(worst >= kNoticeable, 100.0 * worst,
               "of those that FP32 has, a half backward pass makes zero: " + percent(early) +
                   " at the start, " + percent(late) + " with the published weights"),
      "min", 100.0 * kNoticeable, kNoticeableReason);
}

/// The paper's number is of one speech model: measured here, and nothing to pass or fail by.
Finding judge_weight_gradients(const Json& measured) {
  const double late = must(measured, {"published", kWeights, "unscaled", "below_2^-24"});
  const double early = must(measured, {"start", kWeights, "unscaled", "below_2^-24"});
  if (!std::isfinite(late) || !std::isfinite(early)) return no_number("gradients of weights");
  Finding finding =
      not_verifiable("the paper's 5 % are of a speech model that is not at hand; of this row's, " +
                     percent(early) + " are below 2^-24 at the start and " + percent(late) +
                     " with the published weights");
  finding.measured = 100.0 * std::max(late, early);
  return finding;
}

/// Zeros of the half backward pass against those that rounding alone makes of FP32's gradients.
Finding judge_flush_threshold(const Json& measured) {
  constexpr double kOff = 0.1;
  double worst = 0.0;
  std::string text;
  for (const auto* phase : {"start", "published"}) {
    const double half = zeros(measured, phase, kActivations, "unscaled");
    const double rounded = must(measured, {phase, kActivations, "unscaled", "flushed"});
    const double paper = must(measured, {phase, kActivations, "unscaled", "below_2^-24"});
    if (!std::isfinite(half) || !(rounded > 0.0)) return no_number("gradients below 2^-25");
    worst = std::max(worst, std::fabs(half / rounded - 1.0));
    text.append(text.empty() ? "" : "; ").append(phase).append(": ").append(percent(half));
    text.append(" are zero in half, ").append(percent(rounded));
    text.append(" at most 2^-25 and ").append(percent(paper)).append(" below 2^-24 in FP32");
  }
  return with_bound(compared(worst <= kOff, worst, text), "rel", kOff,
                    "the half forward pass gives slightly other gradients");
}

Finding judge_rescue(const Json& measured) {
  constexpr double kLeft = 0.5;
  double worst = 0.0;
  std::string text;
  for (const auto* kind : {kActivations, kWeights}) {
    for (const auto* phase : {"start", "published"}) {
      const double before = zeros(measured, phase, kind, "unscaled");
      const double after = zeros(measured, phase, kind, "scaled");
      const auto broken = count_at(measured, {phase, kind, "scaled", "non_finite_in_half"});
      if (!std::isfinite(before) || !std::isfinite(after) || !broken || !(before > 0.0)) {
        return no_number("zeros with and without a scale");
      }
      worst =
          std::max(worst, *broken > 0 ? std::numeric_limits<double>::infinity() : after / before);
      text.append(text.empty() ? "" : "; ").append(kind).append(", ").append(phase);
      text.append(": ").append(percent(before)).append(" to ").append(percent(after));
    }
  }
  return with_bound(compared(worst <= kLeft, number_or_null(100.0 * worst), text), "max",
                    100.0 * kLeft, "at least half of what is lost comes back everywhere");
}

Finding judge_logit_bound(const Json& measured) {
  double worst = 0.0;
  std::int64_t layers = 0;
  for (const auto* phase : {"start", "published"}) {
    const Json* bounds = find_at(measured, {phase, "logits"});
    if (bounds == nullptr || !bounds->is_array()) return no_number("gradients of logits");
    for (const auto& layer : *bounds) {
      const double part = must(layer, {"max_abs"}) / must(layer, {"bound"});
      if (!(part > 0.0)) return no_number("a gradient of logits");
      worst = std::max(worst, part);
      ++layers;
    }
  }
  if (layers == 0) return no_number("gradients of logits");
  constexpr double kRoundings = 1e-3;
  return with_bound(
      compared(worst <= 1.0 + kRoundings, worst,
               "the largest gradient of a logit as part of the largest that a mean over all pixels "
               "allows (weight / (N h w)), over " +
                   plural(layers, "map")),
      "max", 1.0 + kRoundings, "FP32 sums over the pixels of one logit");
}

constexpr auto kLossScaling = std::to_array<Statement>({
    {"activation-grads", "3.2", "unscaled, gradients of activations vanish", "%",
     judge_activation_gradients},
    {"weight-grads", "3.1", "about 5 % of weight gradients are below 2^-24", "%",
     judge_weight_gradients},
    {"flush-threshold", "3.1", "what is too small for half becomes zero", "",
     judge_flush_threshold},
    {"scaling-rescues", "3.2", "scaling the loss brings them back", "%", judge_rescue},
    {"logit-bound", "", "a mean over all pixels bounds the gradients of logits", "",
     judge_logit_bound},
});

// ---- 3.3, accumulation

constexpr double kOneRounding = 0x1p-11;

Finding judge_dot_products(const Json& measured) {
  const Json* rows = find_at(measured, {"dot_products"});
  if (rows == nullptr || !rows->is_array() || rows->empty()) return no_number("dot products");
  double single = 0.0;
  for (const auto& row : *rows) {
    const double error = must(row, {"single_error"});
    if (!std::isfinite(error)) return no_number("an error of FP32 accumulation");
    single = std::max(single, error);
  }
  const Json& longest = rows->back();
  const bool overflowed = find_at(longest, {"half"}) != nullptr && longest.at("half").is_null();
  const double half =
      overflowed ? std::numeric_limits<double>::infinity() : must(longest, {"half_error"});
  constexpr double kFactor = 10.0;
  const bool pass = single <= 1.01 * kOneRounding && half >= kFactor * kOneRounding;
  return with_bound(
      compared(pass, number_or_null(100.0 * half),
               "relative error of " + count_text(count_at(longest, {"length"}).value_or(0)) +
                   " positive products: " + percent(half) +
                   " accumulated in half; accumulated in "
                   "FP32 at most " +
                   percent(single) + " at any length, one rounding is " + percent(kOneRounding)),
      "min", 100.0 * kFactor * kOneRounding,
      "ten times what the one rounding costs that FP32 accumulation is allowed");
}

Finding judge_statistics(const Json& measured) {
  const Json* rows = find_at(measured, {"statistics"});
  if (rows == nullptr || !rows->is_array()) return no_number("means of batch norm");
  std::int64_t held = 0, stagnated = 0, overflowed = 0, single_wrong = 0;
  for (const auto& row : *rows) {
    const double value = must(row, {"value"});
    const double half = must(row, {"half_mean"});
    const Json* overflow = find_at(row, {"half_overflows"});
    if (overflow != nullptr && *overflow == true) ++overflowed;
    if (half == value) ++held;
    if (half < 0.5 * value) ++stagnated;
    if (!(must(row, {"single_mean"}) == value)) ++single_wrong;
  }
  if (rows->empty()) return no_number("means of batch norm");
  return compared(held > 0 && stagnated > 0 && overflowed > 0 && single_wrong == 0,
                  stagnated + overflowed,
                  "means of equal values: in half " + count_text(stagnated) + " stagnate, " +
                      count_text(overflowed) + " overflow and " + count_text(held) +
                      " (few values, the control) is right; in FP32 " + count_text(single_wrong) +
                      " are wrong");
}

Finding judge_kernels(const Json& measured) {
  const double sum = must(measured, {"kernels", "sum_of_ones", "measured"});
  const double length = must(measured, {"kernels", "sum_of_ones", "length"});
  const double mean = must(measured, {"kernels", "batch_norm_mean", "measured"});
  const double value = must(measured, {"kernels", "batch_norm_mean", "value"});
  if (!std::isfinite(sum) || !std::isfinite(mean)) return no_number("sums of the kernels");
  return compared(sum == length && mean == value && length > 2048.0, sum,
                  "a half convolution over " + short_text(length) + " ones gives " +
                      short_text(sum) +
                      " (half accumulation ends at 2048), half batch norm the "
                      "mean " +
                      short_text(mean) + " of values " + short_text(value));
}

Finding judge_activations(const Json& measured) {
  const auto channels = count_at(measured, {"activations", "channels"}).value_or(0);
  const auto half = count_at(measured, {"activations", "half_off"});
  const auto single = count_at(measured, {"activations", "single_off"});
  if (channels == 0 || !half || !single) return no_number("channels of the row");
  const double share = static_cast<double>(*half) / static_cast<double>(channels);
  return with_bound(
      compared(share >= kNoticeable && *single == 0, 100.0 * share,
               "statistics of " + count_text(*half) + " of " + count_text(channels) +
                   " channels are off by more than 1 % when accumulated in half, of " +
                   count_text(*single) + " in FP32"),
      "min", 100.0 * kNoticeable, kNoticeableReason);
}

constexpr auto kAccumulation = std::to_array<Statement>({
    {"dot-products", "3.3", "products are to be added up in FP32", "%", judge_dot_products},
    {"statistics", "3.3", "batch norm's sums are to be made in FP32", "", judge_statistics},
    {"activations", "3.3", "the same of what the row's convolutions compute", "%",
     judge_activations},
    {"kernels", "3.3", "control: the kernels of the rows add up in FP32", "", judge_kernels},
});

// ---- 3.2 and 5, overflow

/// Steps of a trace whose loss is not a number, from `first` on; -1 when the trace is not one.
std::int64_t broken_losses(const Json& run, std::int64_t first) {
  const Json* trace = find_at(run, {"trace"});
  if (trace == nullptr || !trace->is_array() || trace->empty()) return -1;
  std::int64_t broken = 0;
  for (std::size_t i = 0; i < trace->size(); ++i) {
    const bool is_broken = !number_at(trace->at(i), {"loss"});
    if (static_cast<std::int64_t>(i) >= first && is_broken) ++broken;
  }
  return broken;
}

/// The batches are taken in turn: so many steps see all of them.
constexpr std::int64_t kCycle = 4;

/// Over a whole turn of the batches; NaN where a loss is none or the trace too short.
double mean_loss(const Json& trace, std::int64_t first) {
  double sum = 0.0;
  for (std::int64_t i = first; i < first + kCycle; ++i) {
    const auto at = static_cast<std::size_t>(i);
    sum += i >= 0 && at < trace.size() ? must(trace.at(at), {"loss"}) : std::nan("");
  }
  return sum / static_cast<double>(kCycle);
}

Finding judge_overflows(const Json& measured) {
  std::string text;
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (const auto* name : {"mmcv-dynamic", "grad-scaler", "unguarded", "guarded"}) {
    const auto overflows = count_at(measured, {"runs", name, "overflows"});
    if (!overflows) return no_number("steps of a run");
    least = std::min(least, *overflows);
    text.append(text.empty() ? "" : ", ").append(name).append(" ").append(count_text(*overflows));
  }
  return with_bound(compared(least > 0, least, "steps with infinite gradients: " + text), "min",
                    1.0, "every run with that scale overflows");
}

Finding judge_recovery(const Json& measured) {
  constexpr std::int64_t kClean = 5;
  bool pass = true;
  std::string text;
  double last_scale = std::nan("");
  for (const auto* name : {"mmcv-dynamic", "grad-scaler"}) {
    const Json* run = find_at(measured, {"runs", name});
    if (run == nullptr || broken_losses(*run, 0) < 0) return no_number("steps of a run");
    const Json& trace = run->at("trace");
    const auto steps = static_cast<std::int64_t>(trace.size());
    const auto skipped = count_at(*run, {"skipped"}).value_or(0);
    const auto clean = steps - 1 - count_at(*run, {"last_skipped"}).value_or(steps);
    const double first = mean_loss(trace, 0), last = mean_loss(trace, steps - kCycle);
    last_scale = must(trace.back(), {"scale"});
    pass = pass && skipped > 0 && clean >= kClean && count_at(*run, {"ruined"}) == 0 &&
           broken_losses(*run, 0) == 0 && last < first &&
           last_scale < must(trace.front(), {"scale"});
    text.append(text.empty() ? "" : "; ").append(name).append(": ");
    text.append(plural(skipped, "step")).append(" skipped, then ").append(plural(clean, "step"));
    text.append(" at ").append(short_text(last_scale)).append(", loss ").append(short_text(first));
    text.append(" to ").append(short_text(last));
  }
  return with_bound(compared(pass, last_scale, text), "min_clean_steps", kClean,
                    "the scale must have stopped falling and the loss fallen");
}

Finding judge_unguarded(const Json& measured) {
  const Json* run = find_at(measured, {"runs", "unguarded"});
  const auto first = run == nullptr ? std::nullopt : count_at(*run, {"first_ruined"});
  const auto ruined = run == nullptr ? std::nullopt : count_at(*run, {"ruined"});
  const auto steps = run == nullptr ? std::nullopt : count_at(*run, {"steps"});
  if (!ruined || !steps || *steps == 0) return no_number("steps of the unguarded run");
  if (!first) return compared(false, *ruined, "no master weight was ruined");
  const auto broken = broken_losses(*run, *first + 1);
  const auto after = *steps - *first - 1;
  return compared(
      *ruined > 0 && after > 0 && broken == after, *ruined,
      count_text(*ruined) + " of " + count_text(count_at(*run, {"weights"}).value_or(0)) +
          " masters are not finite at the end; the first after step " + count_text(*first) + "; " +
          count_text(broken) + " of the " + count_text(after) + " later losses are not numbers");
}

Finding judge_guarded(const Json& measured) {
  const auto ruined = count_at(measured, {"runs", "guarded", "ruined"});
  const auto skipped = count_at(measured, {"runs", "guarded", "skipped"});
  const auto steps = count_at(measured, {"runs", "guarded", "steps"});
  if (!ruined || !skipped || !steps || *steps == 0) return no_number("steps of the guarded run");
  return compared(*ruined == 0 && *skipped > 0, *ruined,
                  count_text(*skipped) + " of " + plural(*steps, "step") +
                      " skipped under the same scale, " + count_text(*ruined) +
                      " masters not finite");
}

Finding judge_own_scale(const Json& measured) {
  const Json* run = find_at(measured, {"runs", "row"});
  const auto overflows = run == nullptr ? std::nullopt : count_at(*run, {"overflows"});
  const auto ruined = run == nullptr ? std::nullopt : count_at(*run, {"ruined"});
  if (!overflows || !ruined) return no_number("steps with the row's scale");
  return compared(*overflows == 0 && *ruined == 0 && broken_losses(*run, 0) == 0, *overflows,
                  count_text(*overflows) + " overflows with the row's own scale and no check");
}

constexpr auto kOverflow = std::to_array<Statement>({
    {"too-large-scale", "3.2", "a scale that is too large overflows", "steps", judge_overflows},
    {"dynamic-recovers", "5", "a dynamic scale skips, falls and trains on", "", judge_recovery},
    {"unguarded-ruins", "3.2", "an overflow that is not looked for damages the weights", "weights",
     judge_unguarded},
    {"check-protects", "3.2", "control: skipped updates leave the masters whole", "weights",
     judge_guarded},
    {"own-scale-holds", "3.2", "control: the row's own scale does not overflow", "steps",
     judge_own_scale},
});

struct ExperimentKind {
  const char* name;
  std::span<const Statement> statements;
};

constexpr std::array<ExperimentKind, 4> kKinds{{{"master-weights", kMasterWeights},
                                                {"loss-scaling", kLossScaling},
                                                {"fp32-accumulation", kAccumulation},
                                                {"overflow", kOverflow}}};

const ExperimentKind& kind_of(std::string_view name) {
  for (const auto& kind : kKinds) {
    if (kind.name == name) return kind;
  }
  throw Error(ErrorCode::kUsage, name,
              "expected one of " + enumeration(paper_experiments()) + ", got another experiment");
}

VerdictRecord record_of(std::string_view experiment, const std::string& row,
                        const Statement& statement, const Finding& finding) {
  VerdictRecord record;
  record.row = row;
  record.claim = statement.id;
  record.evidence = experiment;
  record.published = statement.text;
  record.measured = finding.measured;
  record.unit = statement.unit;
  record.tolerance = finding.tolerance;
  record.verdict = finding.verdict;
  const bool has_section = *statement.section != '\0';
  record.reason = has_section ? std::string("section ") + statement.section : "derived";
  record.reason.append(", ").append(statement.text).append(": ").append(finding.reason);
  return record;
}

}  // namespace

std::vector<std::string> paper_experiments() {
  std::vector<std::string> names;
  for (const auto& kind : kKinds) names.emplace_back(kind.name);
  return names;
}

std::vector<VerdictRecord> judge_experiment(const Experiment& experiment) {
  std::vector<VerdictRecord> records;
  for (const auto& statement : kind_of(experiment.name).statements) {
    Finding finding;
    if (experiment.status == RunStatus::kSkipped) {
      finding = skipped(experiment.reason, missing_resource(experiment.reason));
    } else if (experiment.status == RunStatus::kError) {
      finding = missing(experiment.reason);
    } else {
      finding = statement.judge(experiment.measurements);
    }
    records.push_back(record_of(experiment.name, experiment.row, statement, finding));
  }
  return records;
}

std::vector<VerdictRecord> fail_experiment(std::string_view name, const std::string& row,
                                           const std::string& reason) {
  std::vector<VerdictRecord> records;
  for (const auto& statement : kind_of(name).statements) {
    records.push_back(record_of(name, row, statement, missing(reason)));
  }
  return records;
}

}  // namespace harness
