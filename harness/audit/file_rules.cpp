#include "harness/audit/file_rules.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "harness/base/measurement.h"
#include "harness/base/text.h"
#include "harness/judge/rules/file/config_facts.h"
#include "harness/table/data_set_conditions.h"

namespace harness {
namespace {

constexpr std::size_t kHashDigits = 8;
constexpr double kSlack = 1.05;       ///< The log's times are means, rounded.
constexpr double kSlackSeconds = 60;  ///< Stamp and first iteration, last iteration and saving.

std::string whole(double number) {
  return fmt::format("{:.0f}", number);
}

Quote in_checkpoint(const RowFiles& files, const std::string& column) {
  return {"", files.checkpoint, 0, column, "", "", ""};
}

/// Where mmcv and where mmengine keep the config's text.
std::string config_column(const RowFiles& files) {
  return find_at(files.meta, {"cfg"}) != nullptr ? "meta.cfg" : "meta.config";
}

Quote in_log(const RowFiles& files, const std::string& column) {
  const std::int64_t line =
      files.log && !files.log->environment_lines.empty() ? files.log->environment_lines[0] : 0;
  return {"", files.log_name, line, column, "", "", ""};
}

class FileStatements {
 public:
  explicit FileStatements(const Row& row) : row_(row) {}

  void add(const std::string& fact, Json value, const std::string& unit, Quote place) {
    if (value.is_null() || value == "") return;
    statements_.push_back(
        made({row_.id, "", fact, std::move(value), 0.0, unit, "", std::move(place)}));
  }

  void add_config(const Json& config, const Quote& place) {
    if (!config.is_object()) return;
    const auto crops = train_crops(config);
    if (crops.size() == 1) add("config.crop", crops[0], "", place);
    if (const auto count = scheduled_iterations(config)) {
      add("config.iterations", *count, "iterations", place);
    }
    if (const auto rate = learning_rate(config)) add("lr", *rate, "", place);
    const auto scale = configured_loss_scale(config);
    if (scale && scale->mode == "static" && scale->scale)
      add("loss_scale", *scale->scale, "", place);
  }

  std::vector<Statement> take() { return std::move(statements_); }
  Statement& back() { return statements_.back(); }

 private:
  const Row& row_;
  std::vector<Statement> statements_;
};

/// Null for an empty list.
Json count_of(const Json& list) {
  return list.empty() ? Json() : Json(list.size());
}

/// Nothing where it was measured on another data set than the one that the training validated on.
std::optional<Statement> published_miou(const Row& row, const std::vector<Statement>& published) {
  const Claim* claim = row.find_claim("miou");
  if (claim != nullptr && is_of_other_data(claim->conditions)) return std::nullopt;
  const auto found = std::ranges::find_if(published, [&](const Statement& statement) {
    return statement.row == row.id && statement.of.empty() && statement.fact == "miou" &&
           statement.value.is_number();
  });
  return found == published.end() ? std::nullopt : std::optional(*found);
}

/// "MMSegmentation: 0.5.0+1765c12" of the environment's text.
std::string version_in(const std::string& environment) {
  constexpr std::string_view kKey = "MMSegmentation: ";
  const std::size_t start = environment.find(kKey);
  if (start == std::string::npos) return "";
  return environment.substr(start + kKey.size(),
                            environment.find_first_of("+\n", start) - start - kKey.size());
}

LogContext log_context(const Row& row, const RowFiles& files,
                       const std::vector<Statement>& published) {
  LogContext context;
  context.row = row.id;
  context.file = files.log_name;
  context.log = &*files.log;
  context.recipe = row.recipe;
  context.published_miou = published_miou(row, published);
  context.config_place = {"", "suite", 0, "recipe", "", "", ""};
  if (files.log_config.is_object()) {
    context.config = files.log_config;
    context.config_place = in_log(files, "config");
  } else if (files.checkpoint_config.is_object()) {
    context.config = files.checkpoint_config;
    context.config_place = in_checkpoint(files, config_column(files));
  }
  const Json& environment = files.log->environment;
  context.version = text_at(environment, {"mmseg_version"});
  context.version_place = in_log(files, "mmseg_version");
  if (context.version.empty()) context.version = version_in(text_at(environment, {"env_info"}));
  if (context.version.empty()) {
    context.version = text_at(files.meta, {"mmseg_version"});
    context.version_place = in_checkpoint(files, "meta.mmseg_version");
  }
  return context;
}

/// Duration of the training lines: each holds the mean time of the iterations since the line
/// before.
double logged_seconds(const TrainingLog& log) {
  double seconds = 0.0;
  std::int64_t before = 0;
  for (const auto& entry : log.train) {
    const double steps = static_cast<double>(std::max<std::int64_t>(entry.iteration - before, 0));
    seconds += steps * number_at(entry.values, {"time"}).value_or(0.0);
    before = entry.iteration;
  }
  return seconds;
}

class FileRules {
 public:
  FileRules(const Row& row, const RowFiles& files) : row_(row), files_(files) {}

  std::vector<Contradiction> check() {
    check_stamps();
    check_saved();
    check_configs();
    check_iteration();
    return std::move(found_);
  }

 private:
  void add(std::string rule, std::string fact, std::string message, std::string reason, Quote one,
           Quote other) {
    found_.push_back({std::move(rule),
                      {row_.id},
                      std::move(fact),
                      std::move(message),
                      std::move(reason),
                      {std::move(one), std::move(other)}});
  }

  static Quote stamp_of(const std::string& name) {
    return {"run " + run_stamp(name), name, 0, "file name", "", "", ""};
  }

  void check_stamps() {
    const std::string of_log = run_stamp(files_.log_name);
    const std::string of_checkpoint = run_stamp(files_.checkpoint);
    if (of_log.empty() || of_checkpoint.empty() || of_log == of_checkpoint) return;
    add("time", "run", "checkpoint and log are named after two runs",
        "both names begin with the time at which the run began", stamp_of(files_.checkpoint),
        stamp_of(files_.log_name));
  }

  /// Compares the time at which the checkpoint says it was saved with its name and the log.
  void check_saved() {
    const std::string text = text_at(files_.meta, {"time"});
    const std::string name = files_.checkpoint.empty() ? files_.log_name : files_.checkpoint;
    const auto saved = seconds_of(text);
    const auto began = seconds_of(run_stamp(name));
    if (!saved || !began) return;
    Quote when = in_checkpoint(files_, "meta.time");
    when.says = "saved " + text;
    if (*saved < *began) {
      add("time", "time", "the checkpoint was saved before the run of its name began",
          "weights are saved after the training that the name dates", when, stamp_of(name));
      return;
    }
    if (!files_.log) return;
    const double trained = logged_seconds(*files_.log);
    if (trained <= kSlack * (*saved - *began) + kSlackSeconds) return;
    Quote lines{whole(trained) + " s of training", files_.log_name, 0, "time", "", "", ""};
    add("time", "time",
        fmt::format("the checkpoint was saved {} s after the run began, in less time than the "
                    "log's lines took",
                    whole(*saved - *began)),
        "iterations cannot take longer than the run", when, lines);
  }

  void check_configs() {
    if (!files_.log_config.is_object() || !files_.checkpoint_config.is_object()) return;
    const std::string difference = first_difference(files_.log_config, files_.checkpoint_config);
    if (difference.empty()) return;
    Quote one = in_log(files_, "config");
    one.says = "config of the log";
    Quote other = in_checkpoint(files_, config_column(files_));
    other.says = "config of the checkpoint";
    add("configs", "config", "log and checkpoint hold two configs: " + difference,
        "one run writes one config into both", one, other);
  }

  /// Compares the iteration after which the checkpoint was saved with the schedule.
  void check_iteration() {
    const auto saved = saved_iteration(files_.meta);
    const auto planned = count_at(row_.recipe, {"iterations"});
    // mmcv until 1.1 writes the count, 1.3 writes one less.
    if (!saved || !planned || *saved == *planned || *saved == *planned - 1) return;
    Quote one = in_checkpoint(files_, "meta.iter");
    one.says = fmt::format("iteration {}", *saved);
    add("iteration", "iterations",
        fmt::format("the checkpoint is of iteration {} of {}", *saved, *planned),
        "the published number is said to be that of the whole schedule", one,
        {fmt::format("{} iterations", *planned), "suite", 0, "recipe.iterations", "", "", ""});
  }

  const Row& row_;
  const RowFiles& files_;
  std::vector<Contradiction> found_;
};

}  // namespace

std::optional<double> seconds_of(const std::string& text) {
  for (const char* form : {"%Y%m%d_%H%M%S", "%Y-%m-%d %H:%M:%S", "%a %b %d %H:%M:%S %Y"}) {
    std::tm parts{};
    const char* end = ::strptime(text.c_str(), form, &parts);
    if (end != nullptr && *end == '\0') return static_cast<double>(::timegm(&parts));
  }
  return std::nullopt;
}

std::vector<Statement> statements_of_files(const Row& row, const RowFiles& files) {
  FileStatements statements(row);
  if (!files.checkpoint.empty()) {
    if (!files.sha256.empty()) {
      statements.add("hash", files.sha256.substr(0, kHashDigits), "",
                     in_checkpoint(files, "sha256 of its bytes"));
      statements.back().run = run_stamp(files.checkpoint);
    }
    statements.add("experiment", stem_of(experiment_name(files.meta), ".py"), "",
                   in_checkpoint(files, "meta.exp_name"));
    statements.add("classes", count_of(class_names(files.meta)), "",
                   in_checkpoint(files, "meta.CLASSES"));
    statements.add_config(files.checkpoint_config, in_checkpoint(files, config_column(files)));
  }
  if (files.log) {
    statements.add("experiment", stem_of(experiment_name(files.log->environment), ".py"), "",
                   in_log(files, "exp_name"));
    statements.add("classes", count_of(class_names(files.log->environment)), "",
                   in_log(files, "CLASSES"));
    statements.add_config(files.log_config, in_log(files, "config"));
  }
  return statements.take();
}

std::vector<Contradiction> audit_files(const Row& row, const RowFiles& files,
                                       const std::vector<Statement>& published) {
  std::vector<Contradiction> found = FileRules(row, files).check();
  if (!files.log) return found;
  const LogContext context = log_context(row, files, published);
  for (auto rules : {audit_log_progress, audit_log_values}) {
    for (auto& one : rules(context)) found.push_back(std::move(one));
  }
  return found;
}

std::vector<Unseen> unjudged_in_files(const Row& row, const RowFiles& files) {
  std::vector<Unseen> unjudged;
  if (!files.log) return unjudged;
  for (const auto& [what, reason] : unjudged_in_log(log_context(row, files, {}))) {
    unjudged.push_back({row.id, what, "NOT_VERIFIABLE: " + reason});
  }
  for (const TrainingLog::Remark& remark : files.log->remarks) {
    const std::string place =
        remark.line > 0 ? fmt::format("{}:{}", files.log_name, remark.line) : files.log_name;
    unjudged.push_back({row.id, place, remark.text});
  }
  return unjudged;
}

}  // namespace harness
