#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "harness/audit/log_rules.h"
#include "harness/base/measurement.h"
#include "harness/judge/rules/file/config_facts.h"

namespace harness {
namespace {

using Entry = TrainingLog::Entry;

constexpr std::int64_t kMostIterations = std::int64_t{1} << 40;
constexpr double kLogRounding = 0.5e-5;  ///< Five decimals (mmcv 1.3.14, hooks/logger/text.py).

std::string number(double value) {
  return fmt::format("{:.6g}", value);
}

std::string iteration(std::int64_t value) {
  return fmt::format("iteration {}", value);
}

/// What the config says of how often a line is written; 0 where it says nothing.
std::int64_t stated_interval(const LogContext& context) {
  if (const auto stated = count_at(context.config, {"log_config", "interval"})) return *stated;
  return count_at(context.config, {"default_hooks", "logger", "interval"}).value_or(0);
}

/// The distance that most lines have.
std::int64_t usual_interval(const LogContext& context) {
  std::map<std::int64_t, int> steps;
  const auto& lines = context.log->train;
  for (std::size_t index = 1; index < lines.size(); ++index) {
    ++steps[lines[index].iteration - lines[index - 1].iteration];
  }
  std::int64_t usual = 0;
  int most = 0;
  for (const auto& [step, count] : steps) {
    if (step > 0 && count > most) {
      usual = step;
      most = count;
    }
  }
  return usual;
}

/// Every how many iterations a line is written. Where the lines themselves are farther apart than
/// the config says, that is how this run was logged, and nothing is missing between them.
std::int64_t line_interval(const LogContext& context) {
  return std::max(stated_interval(context), usual_interval(context));
}

std::optional<std::int64_t> planned_iterations(const LogContext& context) {
  if (const auto stated = scheduled_iterations(context.config)) return stated;
  return count_at(context.recipe, {"iterations"});
}

/// A fact of the config as the other side of a contradiction.
Quote quote_config(const LogContext& context, const std::string& says) {
  Quote quote = context.config_place;
  quote.says = says;
  return quote;
}

Contradiction contradiction(const LogContext& context, std::string rule, std::string fact,
                            std::string message, std::string reason, std::vector<Quote> quotes) {
  return {std::move(rule),    {context.row},     std::move(fact),
          std::move(message), std::move(reason), std::move(quotes)};
}

/// Finds missing lines between two existing ones.
void check_gaps(const LogContext& context, std::vector<Contradiction>& found) {
  const std::int64_t step = line_interval(context);
  if (step <= 0) return;
  // Until mmcv 1.1 a validation line replaces the training line of its iteration.
  std::vector<const Entry*> lines;
  for (const auto& entry : context.log->train) lines.push_back(&entry);
  for (const auto& entry : context.log->validation) lines.push_back(&entry);
  std::ranges::stable_sort(lines, {}, [](const Entry* entry) { return entry->iteration; });
  std::int64_t missing = 0;
  const Entry* before = nullptr;
  const Entry* after = nullptr;
  for (std::size_t index = 1; index < lines.size(); ++index) {
    const std::int64_t absent = (lines[index]->iteration - lines[index - 1]->iteration - 1) / step;
    if (absent > 0 && before == nullptr) {
      before = lines[index - 1];
      after = lines[index];
    }
    missing += std::max<std::int64_t>(absent, 0);
  }
  if (missing == 0) return;
  found.push_back(contradiction(
      context, "log.iterations", "iterations",
      fmt::format("{} {} missing, the first after {}", missing,
                  missing == 1 ? "line is" : "lines are", iteration(before->iteration)),
      fmt::format("a line is written every {} iterations; what was cut out cannot be checked",
                  step),
      {quote_line(context, *before, {"iter"}), quote_line(context, *after, {"iter"})}));
}

void check_end(const LogContext& context, std::vector<Contradiction>& found) {
  const auto planned = planned_iterations(context);
  if (!planned || context.log->train.empty()) return;
  const Entry* last = &context.log->train.back();
  for (const auto& entry : context.log->validation) {
    if (entry.iteration > last->iteration) last = &entry;
  }
  const std::int64_t step = std::max<std::int64_t>(line_interval(context), 1);
  // The last line may be up to one interval old.
  if (last->iteration <= *planned && *planned - last->iteration < step) return;
  found.push_back(contradiction(
      context, "log.iterations", "iterations",
      fmt::format("the log ends at {} of {}", iteration(last->iteration), *planned),
      "the schedule ends where the learning rate does; weights from elsewhere are those of another "
      "schedule",
      {quote_line(context, *last, {"iter"}),
       quote_config(context, fmt::format("{} iterations are planned", *planned))}));
}

/// Finds the traces of a run that was interrupted and resumed.
void check_resumed(const LogContext& context, std::vector<Contradiction>& found) {
  const std::string reason =
      "a resumed run is two runs: a half-precision one starts again from rounded weights, and up "
      "to "
      "mmcv 1.1.3 without its momentum";
  const auto& lines = context.log->train;
  for (std::size_t index = 1; index < lines.size(); ++index) {
    // Two lines of one iteration come from several processes that all log.
    if (lines[index].iteration >= lines[index - 1].iteration) continue;
    found.push_back(contradiction(
        context, "log.resumed", "iterations",
        fmt::format("after {} comes {}: the run was resumed", iteration(lines[index - 1].iteration),
                    iteration(lines[index].iteration)),
        reason,
        {quote_line(context, lines[index - 1], {"iter"}),
         quote_line(context, lines[index], {"iter"})}));
    break;
  }
  if (context.log->environment_lines.size() > 1) {
    const std::int64_t again = context.log->environment_lines[1];
    found.push_back(contradiction(
        context, "log.resumed", "start", fmt::format("the log begins again in line {}", again),
        reason,
        {{"environment", context.file, context.log->environment_lines[0], "", "", "", ""},
         {"environment, again", context.file, again, "", "", "", ""}}));
  }
  const std::int64_t step = line_interval(context);
  if (!lines.empty() && step > 0 && lines.front().iteration > step &&
      !context.log->counted_within_epochs) {
    found.push_back(
        contradiction(context, "log.resumed", "start",
                      "the log begins at " + iteration(lines.front().iteration), reason,
                      {quote_line(context, lines.front(), {"iter"}),
                       quote_config(context, fmt::format("a line every {} iterations", step))}));
  }
  const std::string resumed_from = text_at(context.config, {"resume_from"});
  if (!resumed_from.empty() && !lines.empty()) {
    found.push_back(contradiction(context, "log.resumed", "resume_from",
                                  "the config resumes from " + resumed_from, reason,
                                  {quote_config(context, "resume_from " + resumed_from),
                                   quote_line(context, lines.front(), {"iter"})}));
  }
}

/// Does the config count validations in epochs, or by a rule that is not known?
bool validates_by_iterations(const Json& config) {
  const Json* by_epoch = find_at(config, {"evaluation", "by_epoch"});
  if (by_epoch != nullptr && *by_epoch == true) return false;
  if (text_at(config, {"runner", "type"}) == "EpochBasedRunner") return false;
  if (text_at(config, {"train_cfg", "type"}) == "EpochBasedTrainLoop") return false;
  return find_at(config, {"train_cfg", "dynamic_intervals"}) == nullptr;
}

/// The iteration of the first validation: mmcv and mmengine may begin later than one interval.
std::int64_t first_validation(const Json& config, std::int64_t interval) {
  auto start = count_at(config, {"evaluation", "start"});
  if (!start) start = count_at(config, {"train_cfg", "val_begin"});
  if (!start || *start <= interval || *start > kMostIterations) return interval;
  return (*start + interval - 1) / interval * interval;
}

void check_validation(const LogContext& context, std::vector<Contradiction>& found) {
  auto interval = count_at(context.config, {"evaluation", "interval"});
  if (!interval) interval = count_at(context.config, {"train_cfg", "val_interval"});
  const auto planned = planned_iterations(context);
  if (!interval || *interval == 0 || !planned || context.log->train.empty()) return;
  if (*planned > kMostIterations || *interval > *planned) return;
  if (!validates_by_iterations(context.config)) return;
  const auto& lines = context.log->validation;
  if (lines.empty()) return;  // Left open: nothing can have been chosen among none.
  const std::int64_t first = first_validation(context.config, *interval);
  const std::int64_t expected = *planned / *interval - first / *interval + 1;
  std::int64_t next = first;
  std::int64_t first_missing = 0;
  std::int64_t seen = 0;
  for (const auto& entry : lines) {
    const bool counts = entry.iteration % *interval == 0 && entry.iteration <= *planned;
    if (!counts || entry.iteration < next) continue;
    if (entry.iteration > next && first_missing == 0) first_missing = next;
    next = entry.iteration + *interval;
    ++seen;
  }
  if (first_missing == 0 && seen < expected) first_missing = next;
  if (seen >= expected || first_missing > *planned) return;
  const auto after = std::ranges::find_if(
      context.log->train, [&](const Entry& entry) { return entry.iteration >= first_missing; });
  const Entry& trained = after == context.log->train.end() ? context.log->train.back() : *after;
  found.push_back(contradiction(
      context, "log.validation", "validation lines",
      fmt::format("{} of {} validation lines are there, the first missing one is that of {}", seen,
                  expected, iteration(first_missing)),
      "a publisher who picks among validations needs only leave out the others",
      {quote_config(context, fmt::format("validation every {} iterations", *interval)),
       quote_line(context, trained, {"iter"})}));
}

KnownSchedule unknown(std::string reason) {
  return {std::nullopt, std::move(reason)};
}

/// mmcv's lr_config.
KnownSchedule mmcv_schedule(const Json& config, double base, std::int64_t iterations) {
  const std::string policy = text_at(config, {"policy"});
  const Json* by_epoch = find_at(config, {"by_epoch"});
  if (policy != "poly") {
    return unknown(fmt::format("the policy {} is not known, only poly", policy));
  }
  if (!text_at(config, {"warmup"}).empty()) return unknown("it begins with a warm-up");
  if (by_epoch == nullptr || *by_epoch != false) return unknown("it goes by epochs");
  return {PolySchedule{.base_lr = base,
                       .power = number_at(config, {"power"}).value_or(1.0),
                       .min_lr = number_at(config, {"min_lr"}).value_or(0.0),
                       .iterations = iterations},
          ""};
}

/// mmengine's param_scheduler: a schedule or a list of them.
KnownSchedule mmengine_schedule(const Json& config, double base, std::int64_t iterations) {
  if (config.is_array() && config.size() != 1) {
    return unknown(fmt::format("it is made of {} schedules", config.size()));
  }
  const Json& only = config.is_array() ? config[0] : config;
  const std::string type = text_at(only, {"type"});
  const Json* by_epoch = find_at(only, {"by_epoch"});
  const Json* begin = find_at(only, {"begin"});
  if (type != "PolyLR") {
    return unknown(fmt::format("the schedule {} is not known, only PolyLR", type));
  }
  if (by_epoch == nullptr || *by_epoch != false) return unknown("it goes by epochs");
  if (begin != nullptr && *begin != 0) return unknown("it does not begin at the beginning");
  const std::int64_t end = count_at(only, {"end"}).value_or(iterations);
  if (end < 2) return unknown("it has fewer than two iterations");
  // It reaches its end in the last iteration, one earlier than mmcv's (mmengine 0.10.4,
  // optim/scheduler/param_scheduler.py, PolyParamScheduler).
  return {PolySchedule{.base_lr = base,
                       .power = number_at(only, {"power"}).value_or(1.0),
                       .min_lr = number_at(only, {"eta_min"}).value_or(0.0),
                       .iterations = end - 1},
          ""};
}

void check_schedule(const LogContext& context, std::vector<Contradiction>& found) {
  const auto schedule = schedule_of(context).poly;
  if (!schedule) return;
  const Entry* first = nullptr;
  std::size_t wrong = 0;
  std::size_t checked = 0;
  for (const auto& entry : context.log->train) {
    const auto logged = number_at(entry.values, {"lr"});
    if (!logged || entry.iteration - 1 > schedule->iterations) continue;
    ++checked;
    // The weights of iteration i, counted from 1, were updated with the rate of i - 1.
    const double off = std::fabs(*logged - schedule->at(entry.iteration - 1));
    if (off <= kLogRounding * (1.0 + 1e-6)) continue;
    if (first == nullptr) first = &entry;
    ++wrong;
  }
  if (wrong == 0) return;
  const double expected = schedule->at(first->iteration - 1);
  found.push_back(contradiction(
      context, "log.schedule", "learning rate",
      fmt::format("the learning rate at {} should be {}; {} of {} lines differ",
                  iteration(first->iteration), number(expected), wrong, checked),
      "the logged rate is the one that was used: another curve is another recipe",
      {quote_line(context, *first, {"iter", "lr"}),
       quote_config(context, fmt::format("poly from {} to {}, power {}, {} iterations",
                                         number(schedule->base_lr), number(schedule->min_lr),
                                         number(schedule->power), schedule->iterations))}));
}

}  // namespace

KnownSchedule schedule_of(const LogContext& context) {
  const auto iterations = planned_iterations(context);
  auto base = learning_rate(context.config);
  if (!base) base = number_at(context.recipe, {"lr"});
  if (!iterations || *iterations < 1) return unknown("nothing says how many iterations it has");
  if (!base) return unknown("nothing says where it begins");
  if (!context.config.is_object()) {
    return {PolySchedule{.base_lr = *base, .iterations = *iterations}, ""};
  }
  for (const char* place : {"optimizer", "optim_wrapper"}) {
    const Json* factors = find_at(context.config, {place, "paramwise_cfg"});
    if (factors != nullptr && !factors->is_null()) {
      return unknown("paramwise_cfg gives some parameters another one");
    }
  }
  if (const Json* scheduler = find_at(context.config, {"param_scheduler"})) {
    return mmengine_schedule(*scheduler, *base, *iterations);
  }
  const Json* policy = find_at(context.config, {"lr_config"});
  return policy == nullptr ? unknown("the config has no lr_config")
                           : mmcv_schedule(*policy, *base, *iterations);
}

std::vector<std::pair<std::string, std::string>> unjudged_in_log(const LogContext& context) {
  if (context.log->train.empty()) return {{"learning rate", "the log has no training line"}};
  if (context.log->counted_within_epochs) {
    return {{"iterations and learning rate", "the log counts iterations within epochs"}};
  }
  if (context.log->validation.empty()) {
    return {{"validation lines", "the log has none"}};
  }
  const KnownSchedule schedule = schedule_of(context);
  if (!schedule.poly) return {{"learning rate", schedule.reason}};
  const bool has_rates = std::ranges::any_of(context.log->train, [](const Entry& entry) {
    return number_at(entry.values, {"lr"}).has_value();
  });
  if (!has_rates) return {{"learning rate", "no line of the log holds one"}};
  return {};
}

Quote quote_line(const LogContext& context, const Entry& entry,
                 const std::vector<std::string>& keys) {
  Json shown = Json::object();
  for (const auto& key : keys) {
    // mmengine counts by steps.
    const std::string name = key == "iter" && entry.values.contains("step") ? "step" : key;
    if (entry.values.contains(name)) shown[name] = entry.values[name];
  }
  const std::string mode = text_at(entry.values, {"mode"});
  return {(mode.empty() ? "line of " : mode + " line of ") + iteration(entry.iteration),
          context.file,
          entry.line,
          "",
          "",
          "",
          shown.dump()};
}

std::vector<Contradiction> audit_log_progress(const LogContext& context) {
  std::vector<Contradiction> found;
  check_resumed(context, found);
  // Where lines stand within epochs is an estimate: it accuses nobody.
  if (context.log->counted_within_epochs) return found;
  check_gaps(context, found);
  check_end(context, found);
  check_validation(context, found);
  check_schedule(context, found);
  return found;
}

}  // namespace harness
